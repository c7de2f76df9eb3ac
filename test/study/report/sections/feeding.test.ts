import { beforeAll, describe, expect, it } from "vitest";

import type { Findings } from "../../../../src/study/report/findings.ts";
import { type PlotLibrary, loadPlotLibrary } from "../../../../src/study/report/plot-library.ts";
import { feedingSection } from "../../../../src/study/report/sections/feeding.ts";
import { readable, smallFindings } from "../../../support/report-findings.ts";

let library: PlotLibrary;
let findings: Findings;
beforeAll(async () => {
  library = await loadPlotLibrary();
  findings = await smallFindings();
});

describe("what a run was fed", () => {
  it("are shares requested, drawn and weighed, coverage and age", () => {
    const words = readable(feedingSection(library, findings).text);
    expect(words).toMatch(
      /domain requested drawn weighed d0 62\.5% 62\.5% \d\d\.\d% d1 37\.5% 37\.5% \d\d\.\d%/,
    );
    expect(words).toMatch(
      /Largest shift by the weights: d[01], with \d\d\.\d% of the draws and \d\d\.\d% of the weight\./,
    );
    expect(words).toMatch(/\d+\.\d% of 64 training instances have at least one loss at the end\./);
    expect(words).toMatch(/A seen instance was last visited .* steps before the end, on average\./);
  });

  it("counts instances, and says what is not known, without the corpus", () => {
    const domains = findings.domains.map(({ name }) => ({ name, rows: null, requested: null }));
    const words = readable(
      feedingSection(library, { ...findings, domains, run: { ...findings.run, recorded: null } }).text,
    );
    expect(words).toContain("What the mixture asked for is not known without the corpus.");
    expect(words).toMatch(/\d+ instances have at least one loss at the end\./);
    expect(words).toContain("d0 – 62.5%");
  });

  it("needs no picture of shares for one domain", async () => {
    const alone = await smallFindings({
      changes: { corpus: { kind: "synthetic", instances: 200 }, model: { kind: "regression" } },
    });
    expect(readable(feedingSection(library, alone).text)).toContain(
      "All draws came from one domain, synthetic.",
    );
  });
});
