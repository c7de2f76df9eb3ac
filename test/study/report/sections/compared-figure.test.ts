import { beforeAll, describe, expect, it } from "vitest";

import type { Findings } from "../../../../src/study/report/findings.ts";
import { type PlotLibrary, loadPlotLibrary } from "../../../../src/study/report/plot-library.ts";
import { comparedFigure } from "../../../../src/study/report/sections/compared-figure.ts";
import { comparedRuns } from "../../../../src/study/report/sections/compared-runs.ts";
import { readable, smallFindings } from "../../../support/report-findings.ts";

let library: PlotLibrary;
let one: Findings;
beforeAll(async () => {
  library = await loadPlotLibrary();
  one = await smallFindings();
});

const words = { title: "Rho", yLabel: "↑ rho", caption: "What to look for." };

describe("a figure that compares", () => {
  it("has a line a run, a key, and rows of each in its table", () => {
    const figure = comparedFigure(library, comparedRuns([one, one]), words, () => [
      { at: 1, mean: 2 },
      { at: 100, mean: 0.001 },
    ]);
    expect(readable(figure!.text)).toMatch(
      /Rho run \(1\) run \(2\) .* run tokens rho run \(1\) 1 2\.000 run \(1\) 100 1\.00e-3 run \(2\) 1 2\.000 run \(2\) 100 1\.00e-3/,
    );
    expect(figure!.text).toContain('aria-label="run (1) falls from 2.000 to 1.00e-3; run (2) falls');
  });

  it("is left out where no run has such a number", () => {
    expect(comparedFigure(library, comparedRuns([one, one]), words, () => [])).toBeNull();
  });
});
