import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { ConfigError } from "../../src/errors.ts";
import type { Arithmetic } from "../../src/weighing/arithmetic.ts";
import { emitWeights, finalWeights, isFusible, strategyWeights } from "../../src/weighing/final-weights.ts";
import { float64Arithmetic as math } from "../../src/weighing/float64-arithmetic.ts";
import { type WeighingInput, weighingOptions } from "../../src/weighing/options.ts";
import { type StrategyName, strategyNames, strategyScores } from "../../src/weighing/strategies.ts";
import { parametersOf, relativeError, toleranceOf, vectors } from "../support/reweight-vectors.ts";

const optionsOf = (input: WeighingInput) => weighingOptions.parse(input);
const column = (min: number, max: number) =>
  fc
    .array(fc.double({ min, max, noNaN: true }), { minLength: 1, maxLength: 64 })
    .map((items) => Float64Array.from(items));
const emitted = (strategy: StrategyName, losses: Float64Array, inverseR: number): Float64Array =>
  emitWeights(math, optionsOf({ strategy }), {
    losses,
    inverseR: Float64Array.of(inverseR),
    correction: new Float64Array(losses.length).fill(1),
  });

describe("reference vectors", () => {
  it.each(vectors.cases)("$name at delta $delta: every weight at every r", (vector) => {
    for (const [scoring, { byTemperature }] of Object.entries(vector.results)) {
      const scores = strategyScores(
        math,
        Float64Array.from(vector.losses),
        parametersOf(scoring, vector.delta),
      );
      const off = Object.entries(byTemperature).filter(([r, { weights }]) => {
        const ours = strategyWeights(math, scores, 1 / Number(r));
        return !(relativeError(ours, weights) <= toleranceOf(vector.name));
      });
      expect({ [scoring]: off }).toEqual({ [scoring]: [] });
    }
  });
});

describe("the weights of a strategy", () => {
  const cases = fc.record({
    losses: column(0, 50),
    strategy: fc.constantFrom(...strategyNames),
    inverseR: fc.double({ min: 0, max: 10, noNaN: true }),
  });

  it("sum to 1 and are not negative", () => {
    fc.assert(
      fc.property(cases, ({ losses, strategy, inverseR }) => {
        const weights = emitted(strategy, losses, inverseR);
        expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("move with their rows when the batch is put in another order", () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 63 }), ({ losses, strategy, inverseR }, turn) => {
        const from = (i: number): number => (i + turn) % losses.length;
        const turned = losses.map((_, i) => losses[from(i)]!);
        const weights = emitted(strategy, losses, inverseR);
        const moved = weights.map((_, i) => weights[from(i)]!);
        expect(relativeError(emitted(strategy, turned, inverseR), moved)).toBeLessThan(1e-12);
      }),
    );
  });

  it("do not see a positive affine change of the losses, but for rawDro", () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: -3, max: 3 }), ({ losses, strategy, inverseR }, power) => {
        fc.pre(strategy !== "rawDro" && Math.max(...losses) - Math.min(...losses) > 1e-3);
        const moved = losses.map((loss) => loss * 2 ** power + 5);
        const weights = emitted(strategy, losses, inverseR);
        expect(relativeError(emitted(strategy, moved, inverseR), weights)).toBeLessThan(1e-7);
      }),
    );
    expect(emitted("rawDro", Float64Array.of(1, 2), 1)[0]).not.toBeCloseTo(
      emitted("rawDro", Float64Array.of(2, 4), 1)[0]!,
    );
  });

  it("are exactly 1/M for equal losses, for one row and for 1/r = 0", () => {
    for (const strategy of strategyNames) {
      expect([...emitted(strategy, Float64Array.of(3, 3, 3, 3), 2.5)]).toEqual([0.25, 0.25, 0.25, 0.25]);
      expect([...emitted(strategy, Float64Array.of(3), 2.5)]).toEqual([1]);
      expect([...emitted(strategy, Float64Array.of(1, 2, 30, 4), 0)]).toEqual([0.25, 0.25, 0.25, 0.25]);
    }
  });

  it("tend to 1/M as r grows", () => {
    for (const strategy of strategyNames)
      for (const weight of emitted(strategy, Float64Array.of(1, 2, 9, 4), 1e-9))
        expect(weight).toBeCloseTo(0.25, 8);
  });

  it("never lower the mean loss when they rise with it", () => {
    fc.assert(
      fc.property(cases, ({ losses, strategy, inverseR }) => {
        fc.pre(!["quadratic", "extremes"].includes(strategy));
        const weights = emitted(strategy, losses, inverseR);
        const preferred = weights.reduce((sum, weight, i) => sum + weight * losses[i]!, 0);
        const plain = losses.reduce((sum, loss) => sum + loss / losses.length, 0);
        expect(preferred).toBeGreaterThanOrEqual(plain - 1e-9);
      }),
    );
  });
});

describe("finalWeights", () => {
  const q = Float64Array.of(0.5, 0.25, 0.25);
  const correction = Float64Array.of(1, 2, 0.5);

  it("divide by their sum under batch, and by nothing under expected", () => {
    expect([...finalWeights(math, q, correction, "expected")]).toEqual([0.5, 0.5, 0.125]);
    expect([...finalWeights(math, q, correction, "batch")]).toEqual([
      0.5 / 1.125,
      0.5 / 1.125,
      0.125 / 1.125,
    ]);
  });

  it("are unbiased under expected: over all draws they average to the plain mean", () => {
    const values = [3, 1, 4, 1.5];
    const probabilities = [0.5, 0.25, 0.15, 0.1];
    let mean = 0;
    for (const [i, first] of values.entries())
      for (const [j, second] of values.entries()) {
        const c = Float64Array.of(0.25 / probabilities[i]!, 0.25 / probabilities[j]!);
        const weights = finalWeights(math, Float64Array.of(0.5, 0.5), c, "expected");
        mean += probabilities[i]! * probabilities[j]! * (weights[0]! * first + weights[1]! * second);
      }
    expect(mean).toBeCloseTo(2.375, 12);
  });
});

/** An expression that is evaluated later, in float32: stands for a training graph. */
type Expression = () => Float32Array;

const expressions = (): Arithmetic<Expression> => {
  const of = (operand: Expression | number): Float32Array =>
    typeof operand === "number" ? Float32Array.of(operand) : operand();
  const binary =
    (operation: (a: number, b: number) => number) =>
    (left: Expression | number, right: Expression | number): Expression =>
    () => {
      const [a, b] = [of(left), of(right)];
      const length = Math.max(a.length, b.length);
      return Float32Array.from({ length }, (_, i) => operation(a[i % a.length]!, b[i % b.length]!));
    };
  const reduce =
    (operation: (a: number, b: number) => number) =>
    (value: Expression): Expression =>
    () =>
      Float32Array.of(value().reduce(operation));
  return {
    add: binary((a, b) => a + b),
    sub: binary((a, b) => a - b),
    mul: binary((a, b) => a * b),
    div: binary((a, b) => a / b),
    min: binary((a, b) => Math.min(a, b)),
    max: binary((a, b) => Math.max(a, b)),
    exp: (value) => () => value().map((item) => Math.exp(item)),
    batchMin: reduce((a, b) => Math.min(a, b)),
    batchMax: reduce((a, b) => Math.max(a, b)),
    batchSum: reduce((a, b) => a + b),
  };
};

describe("emitWeights", () => {
  it("gives a graph's arithmetic the same weights as the host's, to float32", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            loss: fc.float({ min: 0, max: 12, noNaN: true }),
            c: fc.float({ min: 0.25, max: 4, noNaN: true }),
          }),
          {
            minLength: 2,
            maxLength: 48,
          },
        ),
        fc.constantFrom(...strategyNames),
        fc.constantFrom(0, 0.01, 1, 2.5),
        fc.constantFrom("batch" as const, "expected" as const),
        (rows, strategy, inverseR, normalise) => {
          const losses = Float32Array.from(rows, ({ loss }) => loss);
          fc.pre(Math.max(...losses) - Math.min(...losses) > 0.01);
          const correction = Float32Array.from(rows, ({ c }) => c);
          const options = optionsOf({ strategy, normalise });
          const graph = emitWeights(expressions(), options, {
            losses: () => losses,
            inverseR: () => Float32Array.of(inverseR),
            correction: () => correction,
          });
          const host = emitWeights(math, options, {
            losses: Float64Array.from(losses),
            inverseR: Float64Array.of(inverseR),
            correction: Float64Array.from(correction),
          });
          expect(relativeError(graph(), host)).toBeLessThan(2e-5);
        },
      ),
    );
  });

  it("refuses options that need the host", () => {
    const inputs = {
      losses: Float64Array.of(1),
      inverseR: Float64Array.of(1),
      correction: Float64Array.of(1),
    };
    const needsHost: WeighingInput[] = [
      { maxWeight: 2 },
      { quantiles: [0.1, 0.9] },
      { lengthMode: "global" },
      { lengthMode: "gpt2Local" },
      { nonFinite: "mask" },
    ];
    for (const input of needsHost) {
      expect(isFusible(optionsOf(input))).toBe(false);
      expect(() => emitWeights(math, optionsOf(input), inputs)).toThrow(ConfigError);
    }
    expect(() => emitWeights(math, optionsOf({ maxWeight: 2 }), inputs)).toThrow(
      "weighing with maxWeight, quantiles, lengthMode or a mask cannot run inside the graph (weighing)",
    );
  });

  it("takes every strategy, schedule and normalisation", () => {
    for (const strategy of strategyNames)
      expect(isFusible(optionsOf({ strategy, normalise: "expected", beta: 0.5, r: "infinite" }))).toBe(true);
  });
});
