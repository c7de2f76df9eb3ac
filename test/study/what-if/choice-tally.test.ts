import { describe, expect, it } from "vitest";

import { ChoiceTally } from "../../../src/study/what-if/choice-tally.ts";
import { weighingOptions } from "../../../src/weighing/options.ts";
import { createWeighing } from "../../../src/weighing/weighing.ts";

const weighing = createWeighing(weighingOptions.parse({ strategy: "linupper" }));
const diagnosticsOf = (losses: number[], domain: number[]) => {
  const ones = losses.map(() => 1);
  return weighing.weigh({ losses, probability: ones, base: ones, domain }, 1).diagnostics;
};

describe("a choice's tally", () => {
  it("holds means over steps, the largest weight, and domains that some steps lack", () => {
    const first = diagnosticsOf([1, 2, 3, 4], [0, 0, 0, 1]);
    const second = diagnosticsOf([4, 4, 1, 1], [0, 0, 0, 0]);
    const tally = new ChoiceTally(3);
    tally.add(first);
    tally.add(second);
    const { domains, largestWeightTimesSize, ...means } = tally.total();
    for (const name of ["ess", "gamma", "rho", "klFromUniform", "maxWeightTimesSize"] as const)
      expect(means[name]).toBe((first[name] + second[name]) / 2);
    expect(largestWeightTimesSize).toBe(Math.max(first.maxWeightTimesSize, second.maxWeightTimesSize));
    expect(domains.map(({ rowShare }) => rowShare)).toEqual([0.875, 0.125, 0]);
    expect(domains[1]!.weightShare).toBe(first.domains[1]!.weightShare / 2);
    expect(domains.reduce((sum, { weightShare }) => sum + weightShare, 0)).toBeCloseTo(1, 12);
  });
});
