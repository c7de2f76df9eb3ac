import { beforeAll, describe, expect, it } from "vitest";

import type { Findings } from "../../../../src/study/report/findings.ts";
import { type PlotLibrary, loadPlotLibrary } from "../../../../src/study/report/plot-library.ts";
import { comparison } from "../../../../src/study/report/sections/comparison.ts";
import { readable, smallFindings } from "../../../support/report-findings.ts";
import { fallingTrainer } from "../../../support/report-runs.ts";

let library: PlotLibrary;
let one: Findings;
let other: Findings;
beforeAll(async () => {
  library = await loadPlotLibrary();
  one = await smallFindings();
  other = await smallFindings({ name: "other", changes: { training: { batchSize: 4 } } });
});

describe("a comparison", () => {
  it("has a table, and a figure for each number that runs can be compared by", () => {
    const words = readable(comparison(library, [one, other]).text);
    expect(words).toMatch(/run other steps 60 60 trained on 3\.84 k tokens 1\.92 k tokens /);
    for (const title of [
      "Held-out loss along the tokens",
      "Training loss",
      "Effective sample size",
      "largest weight",
      "Gamma",
      "Rho",
    ])
      expect(words).toContain(title);
    expect(words).toContain("laid out along the tokens trained on.");
  });

  it("counts instances where a run has no tokens, and leaves out what no run has", async () => {
    const bare = await smallFindings({
      name: "bare",
      trainer: fallingTrainer(false),
      changes: { corpus: { kind: "synthetic", instances: 200 }, model: { kind: "regression" } },
    });
    const words = readable(comparison(library, [one, bare]).text);
    expect(words).toContain("Held-out loss along the instances drawn");
    expect(words).toContain("training loss, each run in its own unit");
    expect(readable(comparison(library, [bare, bare]).text)).not.toContain("Held-out loss along");
  });
});
