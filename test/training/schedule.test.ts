import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { learningRateAt } from "../../src/training/schedule.ts";

const schedule = { learningRate: 0.01, warmupSteps: 10, minLearningRate: 0.001, steps: 110 };

describe("the learning rate", () => {
  it("rises in a line to the peak, falls along a cosine to the least, and stays", () => {
    const at = (step: number): number => learningRateAt(step, schedule);
    expect(at(1)).toBeCloseTo(0.001, 15);
    expect(at(5)).toBeCloseTo(0.005, 15);
    expect(at(10)).toBe(0.01);
    expect(at(35)).toBeCloseTo(0.001 + (0.009 * (1 + Math.SQRT1_2)) / 2, 15);
    expect(at(60)).toBeCloseTo(0.0055, 15);
    expect(at(110)).toBe(0.001);
    expect(at(500)).toBe(0.001);
  });

  it("ends at a tenth of the peak when nothing else is said", () => {
    expect(learningRateAt(110, { ...schedule, minLearningRate: null })).toBeCloseTo(0.001, 15);
  });

  it("stays at the peak when that is the least", () => {
    for (const step of [10, 11, 110])
      expect(learningRateAt(step, { ...schedule, minLearningRate: "peak" })).toBe(0.01);
  });

  it("needs no warm-up, and may be shorter than it", () => {
    expect(learningRateAt(1, { ...schedule, warmupSteps: 0, steps: 1 })).toBeCloseTo(0.001, 15);
    expect(learningRateAt(4, { ...schedule, steps: 5 })).toBeCloseTo(0.004, 15);
    expect(learningRateAt(11, { ...schedule, steps: 10 })).toBe(0.001);
  });

  it("never leaves its bounds and never rises after the warm-up", () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(50), fc.integer({ min: 1, max: 200 }), (step, warmupSteps, steps) => {
        const own = { ...schedule, warmupSteps, steps };
        const rate = learningRateAt(step + 1, own);
        expect(rate).toBeGreaterThan(0);
        expect(rate).toBeLessThanOrEqual(0.01);
        if (step >= warmupSteps) expect(learningRateAt(step + 2, own)).toBeLessThanOrEqual(rate);
      }),
    );
  });
});
