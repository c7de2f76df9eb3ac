import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { strategyWeights } from "../../src/weighing/final-weights.ts";
import { float64Arithmetic as math } from "../../src/weighing/float64-arithmetic.ts";
import { scoreRange, strategyNames, strategyScores } from "../../src/weighing/strategies.ts";
import { weightBounds } from "../../src/weighing/weight-bounds.ts";
import { vectors } from "../support/reweight-vectors.ts";

describe("weightBounds", () => {
  it.each(vectors.bounds)("reference: R $scoreRange, r $r, M $M", (bound) => {
    const ours = weightBounds(bound.scoreRange, 1 / bound.r, bound.M);
    expect(ours.maxRatio / bound.maxRatio).toBeCloseTo(1, 12);
    expect(ours.maxWeightTimesSize / bound.wMaxTimesMUpper).toBeCloseTo(1, 12);
    expect(ours.capTwoGuaranteed).toBe(bound.capTwoGuaranteed);
  });

  it("holds for every batch: e^{-R/r}/M ≤ q ≤ bound, and the ratio", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 1, maxLength: 64 }),
        fc.constantFrom(...strategyNames.filter((name) => name !== "rawDro")),
        fc.double({ min: 0, max: 10, noNaN: true }),
        fc.double({ min: 0.2, max: 3, noNaN: true }),
        (losses, strategy, inverseR, delta) => {
          const parameters = { strategy, delta, capAlpha: 1, epsRange: 1e-6 };
          const scores = strategyScores(math, Float64Array.from(losses), parameters);
          const q = strategyWeights(math, scores, inverseR);
          const bound = weightBounds(scoreRange(parameters), inverseR, losses.length);
          const [least, most] = [Math.min(...q), Math.max(...q)];
          expect(most * losses.length).toBeLessThanOrEqual(bound.maxWeightTimesSize * (1 + 1e-9));
          expect(most).toBeLessThanOrEqual(least * bound.maxRatio * (1 + 1e-9));
          expect(least * losses.length * bound.maxRatio).toBeGreaterThanOrEqual(1 - 1e-9);
        },
      ),
    );
  });

  it("is attained: one row at the top of the range, the others at its bottom", () => {
    const scores = Float64Array.of(1, 0, 0, 0, 0);
    const q = strategyWeights(math, scores, 2.5);
    expect(q[0]! * 5).toBeCloseTo(weightBounds(1, 2.5, 5).maxWeightTimesSize, 12);
  });

  it("guarantees 2/M for every M exactly from r = R/ln 2 on", () => {
    const r = 1 / Math.LN2;
    expect(weightBounds(1, 1 / (r * 1.0001), 1e9).capTwoGuaranteed).toBe(true);
    expect(weightBounds(1, 1 / (r * 0.9999), 1e9).capTwoGuaranteed).toBe(false);
  });

  it("takes an unbounded range at 1/r = 0", () => {
    expect(weightBounds(Infinity, 0, 8)).toEqual({
      maxRatio: 1,
      maxWeightTimesSize: 1,
      capTwoGuaranteed: true,
    });
    expect(weightBounds(Infinity, 1, 8)).toEqual({
      maxRatio: Infinity,
      maxWeightTimesSize: 8,
      capTwoGuaranteed: false,
    });
  });
});
