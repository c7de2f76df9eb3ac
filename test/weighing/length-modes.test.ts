import { describe, expect, it } from "vitest";

import { float64Arithmetic as math } from "../../src/weighing/float64-arithmetic.ts";
import { strategyWeights } from "../../src/weighing/final-weights.ts";
import { rankOfRows, withLengths } from "../../src/weighing/length-modes.ts";
import { strategyScores } from "../../src/weighing/strategies.ts";
import { parametersOf, relativeError, vectors } from "../support/reweight-vectors.ts";

const { distributed } = vectors;
const losses = Float64Array.from(distributed.losses.flat());
const targets = Float64Array.from(distributed.tokenCounts.flat());
const ranks = rankOfRows(losses.length, distributed.world);
const scores = strategyScores(math, losses, parametersOf("linupper", 1));
const q = strategyWeights(math, scores, 1 / distributed.r);
const uniform = new Float64Array(losses.length).fill(1 / losses.length);

/** What each rank back-propagates, W · Σ over its rows, of which data-parallel training takes the mean. */
const localLosses = (weights: Float64Array): number[] =>
  Array.from({ length: distributed.world }, (_, rank) =>
    weights.reduce(
      (sum, weight, i) => (ranks[i] === rank ? sum + distributed.world * weight * losses[i]! : sum),
      0,
    ),
  );
const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("ragged rows over four ranks, as in the reference vectors", () => {
  it("none: rank slices concatenate back to q, and the mean over ranks is Σwℓ", () => {
    expect(relativeError(q, distributed.weights.flat())).toBeLessThan(1e-12);
    const weights = withLengths(q, targets, ranks, "none");
    expect(relativeError(weights, distributed.plain.coefPerSample.flat())).toBeLessThan(1e-12);
    expect(relativeError(localLosses(weights), distributed.plain.localLoss)).toBeLessThan(1e-12);
    expect(mean(localLosses(weights))).toBeCloseTo(distributed.plain.meanOverRanks, 12);
  });

  it("gpt2Local: the published coefficients, whose sum is not 1", () => {
    const weights = withLengths(q, targets, ranks, "gpt2Local");
    expect(relativeError(weights, distributed.gpt2LenNorm.coefPerSample.flat())).toBeLessThan(1e-12);
    expect(relativeError(localLosses(weights), distributed.gpt2LenNorm.localLoss)).toBeLessThan(1e-12);
    expect(mean([...weights]) * weights.length).toBeCloseTo(distributed.gpt2LenNorm.coefSum, 12);
  });

  it("global: weights by tokens, whose sum is 1", () => {
    const weights = withLengths(q, targets, ranks, "global");
    expect(relativeError(weights, distributed.tokenAware.coefPerSample.flat())).toBeLessThan(1e-12);
    expect(mean(localLosses(weights))).toBeCloseTo(distributed.tokenAware.globalLoss, 12);
  });

  it("burn-in is what equal weights give: each rank's token mean, or the token mean of all", () => {
    const local = localLosses(withLengths(uniform, targets, ranks, "gpt2Local"));
    expect(relativeError(local, distributed.burnInGpt2.localLoss)).toBeLessThan(1e-12);
    expect(mean(local)).toBeCloseTo(distributed.burnInGpt2.meanOverRanks, 12);
    const global = withLengths(uniform, targets, ranks, "global");
    expect(mean(localLosses(global))).toBeCloseTo(distributed.burnInGpt2.globalTokenMean, 12);
  });
});

describe("withLengths", () => {
  it("gives back q when lengths are equal", () => {
    const equal = new Float64Array(losses.length).fill(511);
    for (const mode of ["none", "global", "gpt2Local"] as const)
      expect(relativeError(withLengths(q, equal, ranks, mode), q)).toBeLessThan(1e-14);
  });

  it("counts each rank's own rows when ranks hold different numbers of them", () => {
    const weights = withLengths(
      Float64Array.of(0.2, 0.4, 0.4),
      Float64Array.of(5, 1, 3),
      [0, 1, 1],
      "gpt2Local",
    );
    expect(relativeError(weights, [0.2, 0.2, 0.6])).toBeLessThan(1e-14);
  });
});

describe("rankOfRows", () => {
  it("cuts M rows in W slices", () => {
    expect([...rankOfRows(7, 3)]).toEqual([0, 0, 1, 1, 2, 2, 2]);
    expect([...rankOfRows(4, 1)]).toEqual([0, 0, 0, 0]);
    expect([...rankOfRows(2, 4)]).toEqual([1, 3]);
  });
});
