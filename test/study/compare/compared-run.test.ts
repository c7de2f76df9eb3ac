import { describe, expect, it } from "vitest";

import { describeRun } from "../../../src/study/compare/compared-run.ts";

const records = [
  { rho: 1, gamma: 0.5, ess: 8, maxWeightTimesSize: 2 },
  { rho: 2, gamma: 0.1, ess: 6, maxWeightTimesSize: 2.5 },
  { rho: 3, gamma: 0.3, ess: 7, maxWeightTimesSize: 1.5 },
  { rho: 6, gamma: -0.9, ess: 2, maxWeightTimesSize: 5 },
];
const evaluation = (step: number, ...losses: number[]) => ({
  step,
  heldOut: Object.fromEntries(losses.map((loss, domain) => [`d${domain}`, { rows: 1, loss }])),
});
const evaluations = [evaluation(0, 4, 6), evaluation(3, 0.5, 1.5), evaluation(4, 1, 3)];

describe("describeRun", () => {
  it("counts what the weights did up to the target, each domain alike", () => {
    const run = describeRun(records, evaluations, 1);
    expect(run).toMatchObject({ steps: 4, stepsToTarget: 3, heldOutLoss: 2, meanRho: 2, minEss: 6 });
    expect(run.meanGamma).toBeCloseTo(0.3, 12);
    expect(run.maxWeightTimesSize).toBe(2.5);
    expect(run.withinCap).toBeCloseTo(2 / 3, 12);
  });

  it.each([0.9, undefined])("counts all steps where there is no reached target (%s)", (target) => {
    const run = describeRun(records, evaluations, target);
    expect(run).toMatchObject({ stepsToTarget: null, meanRho: 3, minEss: 2, maxWeightTimesSize: 5 });
    expect(run.meanGamma).toBeCloseTo(0, 12);
    expect(run.withinCap).toBe(0.5);
  });

  it("says nothing of held-out loss where there is none, or it is no number", () => {
    expect(describeRun(records, [], 1)).toMatchObject({ heldOutLoss: null, stepsToTarget: null });
    expect(describeRun(records, [evaluation(4, Number.NaN)], 1)).toMatchObject({
      heldOutLoss: null,
      stepsToTarget: null,
    });
    expect(describeRun(records, [evaluation(0)], 1)).toMatchObject({ heldOutLoss: null });
  });
});
