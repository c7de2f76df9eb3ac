import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { float64Arithmetic as math } from "../../src/weighing/float64-arithmetic.ts";
import {
  type StrategyName,
  type StrategyParameters,
  normalisedLosses,
  scoreRange,
  strategyNames,
  strategyScores,
} from "../../src/weighing/strategies.ts";
import { parametersOf, relativeError, toleranceOf, vectors } from "../support/reweight-vectors.ts";

const published = (strategy: StrategyName): StrategyParameters => ({
  strategy,
  delta: 1,
  capAlpha: 1,
  epsRange: 1e-6,
});
const losses = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 1, maxLength: 64 });
const batch = losses.map((items) => Float64Array.from(items));

const scoresOf = (strategy: StrategyName): number[] => [
  ...strategyScores(math, Float64Array.of(1, 2, 3, 4, 5), published(strategy)),
];

describe("reference vectors", () => {
  it.each(vectors.cases)("$name at delta $delta: normalised losses and every score", (vector) => {
    const tolerance = toleranceOf(vector.name);
    const given = Float64Array.from(vector.losses);
    const h = normalisedLosses(math, given, parametersOf("identity", vector.delta));
    expect(relativeError(h, vector.normalised, 1)).toBeLessThanOrEqual(tolerance);
    for (const [scoring, { scores }] of Object.entries(vector.results)) {
      const ours = strategyScores(math, given, parametersOf(scoring, vector.delta));
      expect(relativeError(ours, scores, 1)).toBeLessThanOrEqual(tolerance);
    }
  });

  it("covers all strategies", () => {
    const named = Object.keys(vectors.cases[0]!.results).map((scoring) => parametersOf(scoring, 1).strategy);
    expect(new Set(named)).toEqual(new Set(strategyNames));
  });
});

describe("normalisedLosses", () => {
  it("spans exactly [-delta, delta], in the order of the losses", () => {
    fc.assert(
      fc.property(batch, fc.double({ min: 0.1, max: 10, noNaN: true }), (items, delta) => {
        const h = normalisedLosses(math, items, { ...published("identity"), delta });
        const range = Math.max(...items) - Math.min(...items);
        const reach = delta * Math.min(1, range / 1e-6);
        expect(Math.max(...h)).toBeCloseTo(reach, 9);
        expect(Math.min(...h)).toBeCloseTo(-reach, 9);
        const order = [...items.keys()].toSorted((a, b) => items[a]! - items[b]!);
        for (let i = 1; i < order.length; i++)
          expect(h[order[i]!]!).toBeGreaterThanOrEqual(h[order[i - 1]!]!);
      }),
    );
  });

  it("does not see a positive affine change of the losses", () => {
    fc.assert(
      fc.property(
        batch,
        fc.integer({ min: -3, max: 6 }),
        fc.integer({ min: -20, max: 20 }),
        (items, power, shift) => {
          fc.pre(Math.max(...items) - Math.min(...items) > 1e-3);
          const moved = items.map((loss) => loss * 2 ** power + shift);
          const before = normalisedLosses(math, items, published("identity"));
          expect(relativeError(normalisedLosses(math, moved, published("identity")), before, 1)).toBeLessThan(
            1e-9,
          );
        },
      ),
    );
  });

  it("clips to the span when the range is given", () => {
    const h = normalisedLosses(math, Float64Array.of(0, 2, 3, 4, 50), published("identity"), {
      low: Float64Array.of(2),
      high: Float64Array.of(4),
    });
    expect([...h]).toEqual([-1, -1, 0, 1, 1]);
  });

  it("gives 0 for equal losses", () => {
    expect([...normalisedLosses(math, Float64Array.of(7, 7, 7), published("identity"))]).toEqual([0, 0, 0]);
  });
});

describe("strategyScores", () => {
  it("stay within the strategy's range", () => {
    fc.assert(
      fc.property(
        batch,
        fc.constantFrom(...strategyNames.filter((name) => name !== "rawDro")),
        fc.double({ min: 0.1, max: 5, noNaN: true }),
        fc.double({ min: 0.1, max: 2, noNaN: true }),
        (items, strategy, delta, capAlpha) => {
          const parameters = { strategy, delta, capAlpha, epsRange: 1e-6 };
          const scores = strategyScores(math, items, parameters);
          const spread = Math.max(...scores) - Math.min(...scores);
          expect(spread).toBeLessThanOrEqual(scoreRange(parameters) * (1 + 1e-12));
        },
      ),
    );
  });

  it("reach that range, so that it is no mere upper bound", () => {
    const items = Float64Array.of(0, 1, 2);
    for (const strategy of strategyNames.filter((name) => name !== "rawDro")) {
      const scores = strategyScores(math, items, published(strategy));
      expect(Math.max(...scores) - Math.min(...scores)).toBe(scoreRange(published(strategy)));
    }
    expect(scoreRange(published("rawDro"))).toBe(Infinity);
  });

  it("say what each strategy prefers", () => {
    expect(scoresOf("uniform")).toEqual([0, 0, 0, 0, 0]);
    expect(scoresOf("linupper")).toEqual([0, 0.5, 1, 1, 1]);
    expect(scoresOf("quadratic")).toEqual([0, 0.75, 1, 0.75, 0]);
    expect(scoresOf("extremes")).toEqual([1, 0.5, 0, 0.5, 1]);
    expect(scoresOf("upperAffine")).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(scoresOf("identity")).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(scoresOf("rawDro")).toEqual([1, 2, 3, 4, 5]);
  });
});
