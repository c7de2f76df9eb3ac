import { beforeAll, describe, expect, it } from "vitest";

import type { Findings } from "../../../../src/study/report/findings.ts";
import { comparedRuns } from "../../../../src/study/report/sections/compared-runs.ts";
import {
  differences,
  differencesTable,
  runsTable,
} from "../../../../src/study/report/sections/run-tables.ts";
import { readable, smallFindings } from "../../../support/report-findings.ts";

let one: Findings;
let other: Findings;
beforeAll(async () => {
  one = await smallFindings();
  const findings = await smallFindings({ name: "other", changes: { training: { batchSize: 4 } } });
  const config = { ...findings.run.config, corpus: one.run.config.corpus };
  other = { ...findings, run: { ...findings.run, config } };
});

describe("tables of runs", () => {
  it("name the keys that differ, with every run's value", () => {
    expect(differences([one.run.config, other.run.config])).toEqual([["training.batchSize", ["8", "4"]]]);
    expect(readable(differencesTable(comparedRuns([one, other])).text)).toMatch(
      /configurations key run other training\.batchSize 8 4/,
    );
    expect(readable(differencesTable(comparedRuns([one, one])).text)).toContain(
      "Their configurations are the same.",
    );
  });

  it("say what the runs came to", () => {
    const words = readable(runsTable(comparedRuns([one, other])).text);
    expect(words).toMatch(
      /run other steps 60 60 trained on 3\.84 k tokens 1\.92 k tokens time [\d.]+ s \d s held-out loss/,
    );
    expect(words).toMatch(/mean ESS \d\.\d of 8 \d\.\d of 4/);
    const unfinished = { ...one, run: { ...one.run, summary: undefined } };
    expect(readable(runsTable(comparedRuns([unfinished])).text)).toContain("time not finished");
  });
});
