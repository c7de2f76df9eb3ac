import { describe, expect, it } from "vitest";

import { loadPlotLibrary } from "../../../../src/study/report/plot-library.ts";
import { weightsSection, withinCap } from "../../../../src/study/report/sections/weights.ts";
import { meanOf } from "../../../../src/study/report/step-series.ts";
import { readable, smallFindings } from "../../../support/report-findings.ts";

describe("what the weights did", () => {
  it("keeps the cap in a share of the steps that have weights", () => {
    expect(withinCap(Float64Array.of(1, 2, 2.5, Number.NaN))).toBe(2 / 3);
  });

  it("is told by ESS, the largest weight against the cap, gamma and rho", async () => {
    const findings = await smallFindings();
    const words = readable(weightsSection(await loadPlotLibrary(), findings).text);
    expect(words).toContain(
      `The effective sample size is ${meanOf(findings.steps.ess).toFixed(1)} of 8 rows on average.`,
    );
    expect(words).toMatch(
      /The largest weight keeps the cap of 2 in \d+\.\d% of all steps; the largest of all is \d\.\d\d\./,
    );
    expect(words).toContain(`Gamma is ${meanOf(findings.steps.gamma).toFixed(4)} on average.`);
    expect(words).toContain(`Rho is ${meanOf(findings.steps.rho).toFixed(3)} on average.`);
    expect(words.match(/Line: the mean; band: least and greatest; one point a step\./g)).toHaveLength(4);
  });
});
