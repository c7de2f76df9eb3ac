import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { EngineError, SamplerError } from "../../src/errors.ts";
import { emitWeights } from "../../src/weighing/final-weights.ts";
import { float64Arithmetic as math } from "../../src/weighing/float64-arithmetic.ts";
import { type WeighingInput, weighingOptions } from "../../src/weighing/options.ts";
import { strategyNames } from "../../src/weighing/strategies.ts";
import { createWeighing } from "../../src/weighing/weighing.ts";
import { relativeError, vectors } from "../support/reweight-vectors.ts";

const weighingOf = (input: WeighingInput) => createWeighing(weighingOptions.parse(input));
const batchOf = (losses: ArrayLike<number>, probability?: ArrayLike<number>, base?: ArrayLike<number>) => ({
  losses,
  probability: probability ?? new Float32Array(losses.length).fill(0.5),
  base: base ?? new Float32Array(losses.length).fill(0.5),
});
const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

describe("createWeighing", () => {
  it("gives 1/M each by default", () => {
    const { weights, q, diagnostics } = weighingOf({}).weigh(batchOf([1, 5, 2, 9]), 1);
    expect([...weights]).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect([...q]).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(diagnostics).toMatchObject({ gamma: 0, rho: 1, ess: 4, maxWeightTimesSize: 1, fractionAtCap: 0 });
  });

  it("corrects draws that were not uniform", () => {
    const batch = batchOf([1, 5, 2, 9], [0.25, 0.5, 0.5, 1], [0.5, 0.5, 0.5, 0.5]);
    expect([...weighingOf({ normalise: "expected" }).weigh(batch, 1).weights]).toEqual([
      0.5, 0.25, 0.25, 0.125,
    ]);
    expect([...weighingOf({}).weigh(batch, 1).weights]).toEqual([4, 2, 2, 1].map((part) => part / 9));
    expect([...weighingOf({ beta: 0 }).weigh(batch, 1).weights]).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect([...weighingOf({}).correction(batch.probability, batch.base)]).toEqual([2, 1, 1, 0.5]);
  });

  it("follows the schedule", () => {
    const weighing = weighingOf({ strategy: "linupper", r: 0.4, schedule: { kind: "burnIn", steps: 2 } });
    expect([1, 2, 3].map((step) => weighing.at(step).inverseR)).toEqual([0, 0, 2.5]);
    const ess = [1, 2, 3].map((step) => weighing.weigh(batchOf([1, 2, 3, 4]), step).diagnostics.ess);
    expect(ess.slice(0, 2)).toEqual([4, 4]);
    expect(ess[2]).toBeLessThan(3.5);
  });

  it("computes what a graph would, for all options that can be fused", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            loss: fc.double({ min: 0, max: 12, noNaN: true }),
            p: fc.double({ min: 0.01, max: 1, noNaN: true }),
          }),
          {
            minLength: 1,
            maxLength: 32,
          },
        ),
        fc.constantFrom(...strategyNames),
        fc.constantFrom("batch" as const, "expected" as const),
        (rows, strategy, normalise) => {
          const weighing = weighingOf({ strategy, normalise, r: 0.7, beta: 0.5 });
          const probability = rows.map(({ p }) => p);
          const base = rows.map(() => 0.3);
          const losses = rows.map(({ loss }) => loss);
          const fused = emitWeights(math, weighing.options, {
            losses: Float64Array.from(losses),
            inverseR: Float64Array.of(weighing.at(1).inverseR),
            correction: weighing.correction(probability, base),
          });
          expect([...weighing.weigh({ losses, probability, base }, 1).weights]).toEqual([...fused]);
        },
      ),
    );
  });

  it("weighs ragged rows over ranks as the reference does", () => {
    const { losses, tokenCounts, world, r, gpt2LenNorm, tokenAware } = vectors.distributed;
    const batch = { ...batchOf(losses.flat()), targets: tokenCounts.flat(), ranks: world };
    const local = { strategy: "linupper", r, lengthMode: "gpt2Local", normalise: "expected" } as const;
    expect(
      relativeError(weighingOf(local).weigh(batch, 1).weights, gpt2LenNorm.coefPerSample.flat()),
    ).toBeLessThan(1e-12);
    const global = { strategy: "linupper", r, lengthMode: "global" } as const;
    expect(
      relativeError(weighingOf(global).weigh(batch, 1).weights, tokenAware.coefPerSample.flat()),
    ).toBeLessThan(1e-12);
  });

  it("gives the same weights however many ranks hold the batch", () => {
    const weighing = weighingOf({ strategy: "quadratic", r: 0.4 });
    const weightsOver = (ranks: number) =>
      weighing.weigh({ ...batchOf([3, 1, 4, 1.5, 9, 2.6, 5]), ranks }, 1).weights;
    for (const ranks of [2, 3, 4]) expect(weightsOver(ranks)).toEqual(weightsOver(1));
  });

  it("gives masked rows weight 0 and the rest what they would get alone", () => {
    const weighing = weighingOf({ strategy: "extremes", r: 0.4, nonFinite: "mask" });
    const { weights, q, diagnostics } = weighing.weigh(
      { ...batchOf([3, NaN, 1, Infinity, 2, 8]), targets: [5, 5, 5, 5, 5, 0] },
      1,
    );
    const alone = weighing.weigh(batchOf([3, 1, 2]), 1);
    expect([...weights]).toEqual([alone.weights[0], 0, alone.weights[1], 0, alone.weights[2], 0]);
    expect(q[1]).toBe(0);
    expect(diagnostics).toMatchObject({ rows: 3, masked: 3, gamma: alone.diagnostics.gamma });
  });

  it("keeps an outlier from setting the range when quantiles are given", () => {
    const losses = [3.1, 3, 2.9, 3.05, 2.95, 3.2, 3.02, 50];
    const plain = weighingOf({ strategy: "linupper", r: 0.4 }).weigh(batchOf(losses), 1);
    const robust = weighingOf({ strategy: "linupper", r: 0.4, quantiles: [0, 0.85] }).weigh(
      batchOf(losses),
      1,
    );
    expect(plain.diagnostics.maxWeightTimesSize).toBeGreaterThan(5);
    expect(robust.diagnostics.maxWeightTimesSize).toBeLessThan(2);
  });

  it("caps the strategy's weights and says how many rows are held down", () => {
    const options = { strategy: "identity", r: 0.4, maxWeight: 2 } as const;
    const { q, diagnostics } = weighingOf(options).weigh(batchOf([1, 1, 1, 1, 1, 1, 1, 9]), 1);
    expect(Math.max(...q)).toBe(0.25);
    expect(sum(q)).toBeCloseTo(1, 12);
    expect(diagnostics.maxWeightTimesSize).toBeCloseTo(2, 12);
    expect(diagnostics.fractionAtCap).toBe(0.125);
    const linupper = weighingOf({ strategy: "linupper" }).weigh(batchOf([1, 2, 3, 4, 5]), 1);
    expect(linupper.diagnostics.fractionAtCap).toBe(0.6);
  });

  it("speaks of the weights that were used, when a trainer computed its own", () => {
    const used = Float32Array.of(0.1, 0.2, 0.3, 0.4);
    const { weights, diagnostics } = weighingOf({}).weigh({ ...batchOf([1, 2, 3, 4]), used }, 1);
    expect([...weights]).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(diagnostics.gamma).toBeCloseTo(0.5, 7);
    expect(diagnostics.ess).toBeCloseTo(1 / 0.3, 6);
  });

  it("is a pure function of batch and step", () => {
    const weighing = weighingOf({
      strategy: "upperAffine",
      schedule: { kind: "cosine", steps: 9 },
      quantiles: [0.1, 0.9],
      maxWeight: 1.5,
    });
    const batch = batchOf(Float32Array.of(3, 1, 4, 1, 5));
    const first = weighing.weigh(batch, 4);
    weighing.weigh(batchOf([9, 9, 1]), 7);
    expect(weighing.weigh(batch, 4)).toEqual(first);
    expect(Array.from(batch.losses)).toEqual([3, 1, 4, 1, 5]);
  });

  it("refuses losses that are no numbers, and columns of another length", () => {
    const weighing = weighingOf({});
    expect(() => weighing.weigh(batchOf([1, NaN]), 1)).toThrow(EngineError);
    expect(() => weighing.weigh(batchOf([1, 2], [0.5]), 1)).toThrow(
      new SamplerError("probability of a batch must be of 2 rows, as its losses, got 1"),
    );
    expect(() => weighing.weigh({ ...batchOf([1, 2]), domain: [0, 0, 0] }, 1)).toThrow(
      "domain of a batch must be of 2 rows, as its losses, got 3",
    );
    expect(() => weighing.weigh(batchOf([1, 2], [0.5, 0], [0.5, 0.5]), 1)).toThrow(SamplerError);
  });
});
