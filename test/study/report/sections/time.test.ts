import { beforeAll, describe, expect, it } from "vitest";

import type { Findings } from "../../../../src/study/report/findings.ts";
import { type PlotLibrary, loadPlotLibrary } from "../../../../src/study/report/plot-library.ts";
import { timeSection } from "../../../../src/study/report/sections/time.ts";
import { readable, smallFindings } from "../../../support/report-findings.ts";

let library: PlotLibrary;
let findings: Findings;
beforeAll(async () => {
  library = await loadPlotLibrary();
  findings = await smallFindings();
});

describe("where the time went", () => {
  it("is told by stage, with what overlaps and what is not recorded", () => {
    const steps = {
      ...findings.steps,
      ms: new Float64Array(60).fill(80),
      drawMs: new Float64Array(60).fill(0.5),
      readMs: new Float64Array(60).fill(0.05),
    };
    const words = readable(timeSection(library, { ...findings, steps }).text);
    expect(words).toContain(
      "Mean of a step: training and weighing 80 ms, drawing 0.5 ms, reading tokens 0.050 ms.",
    );
    expect(words).toContain("Batches are drawn and read 1 step ahead, while the trainer works");
    expect(words).toContain("evaluations, checkpoints and starting up are not in it, and not recorded.");
    expect(words).toContain("training and weighing 80 5 s");
  });

  it("says where an older version did not record a stage, and where a step waits", () => {
    const none = new Float64Array(60).fill(Number.NaN);
    const { run } = findings;
    const config = { ...run.config, sampler: { ...run.config.sampler, lag: 0 } };
    const steps = { ...findings.steps, drawMs: none, readMs: none };
    const words = readable(timeSection(library, { ...findings, steps, run: { ...run, config } }).text);
    expect(words).toContain("With lag 0, a step waits for its batch to be drawn and read.");
    expect(words).toContain("Other stages were not recorded by the version that ran this.");
    expect(words).not.toContain("reading tokens");
  });
});
