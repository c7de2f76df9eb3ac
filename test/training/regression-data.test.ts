import { describe, expect, it } from "vitest";

import { EngineError } from "../../src/errors.ts";
import { createRegressionData } from "../../src/training/regression-data.ts";
import { type RegressionInput, regressionOptions } from "../../src/training/regression-options.ts";

const dataOf = (input: Omit<RegressionInput, "kind">, seed = 1) =>
  createRegressionData(seed, regressionOptions.parse({ kind: "regression", ...input }));
const ordinals = (...given: number[]): Uint32Array =>
  Uint32Array.from(given.flatMap((ordinal) => [ordinal >>> 0, Math.floor(ordinal / 2 ** 32)]));
const range = (rows: number): Uint32Array =>
  ordinals(...Array.from({ length: rows }, (_, ordinal) => ordinal));
const varianceOf = (values: number[]): number =>
  values.reduce((sum, value) => sum + value ** 2, 0) / values.length;

describe("createRegressionData", () => {
  it("makes an instance from its ordinal alone, whatever stands beside it", () => {
    const data = dataOf({ dimensions: 7, noise: 0.5, outlierRate: 0.3 });
    const wanted = 5 * 2 ** 32 + 3;
    const alone = data.examples(ordinals(wanted), 1, "training");
    const beside = data.examples(ordinals(3, wanted, 5), 3, "training");
    expect(beside.x.subarray(7, 14)).toEqual(alone.x);
    expect(beside.y[1]).toBe(alone.y[0]);
    expect(beside.y[0]).not.toBe(alone.y[0]);
  });

  it("follows the seed", () => {
    const [first, again, other] = [1, 1, 2].map((seed) =>
      dataOf({}, seed).examples(ordinals(0), 1, "training"),
    );
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it("pins the instances of a seed", () => {
    const { x, y } = dataOf({ dimensions: 3, noise: 0.1 }).examples(ordinals(0, 1), 2, "training");
    expect([...x, ...y]).toMatchInlineSnapshot(`
      [
        -1.7890492677688599,
        -0.037595029920339584,
        0.6196125745773315,
        0.6999895572662354,
        -1.3392454385757446,
        -1.6918429136276245,
        -0.9066216349601746,
        0.12061750143766403,
      ]
    `);
  });

  it("gives entry j the variance j^-decay", () => {
    const dimensions = 4;
    const { x } = dataOf({ dimensions, decay: 1 }).examples(range(20_000), 20_000, "clean");
    for (let j = 0; j < dimensions; j++) {
      const entries = [...x].filter((_, at) => at % dimensions === j);
      // The sample variance of 20,000 normals has a relative deviation of 1 %.
      expect(Math.abs(varianceOf(entries) * (j + 1) - 1)).toBeLessThan(0.05);
    }
  });

  it("labels x·truth, clean or with noise and gross errors of the stated frequency", () => {
    const rows = 10_000;
    const data = dataOf({ dimensions: 5, noise: 0.25, outlierRate: 0.02, outlierSize: 10 });
    const clean = data.examples(range(rows), rows, "clean");
    const product = data.truth.reduce((sum, entry, j) => sum + entry * clean.x[j]!, 0);
    expect(clean.y[0]).toBeCloseTo(product, 6);
    const training = data.examples(range(rows), rows, "training");
    expect(training.x).toEqual(clean.x);
    const errors = [...training.y].map((label, row) => label - clean.y[row]!);
    const gross = errors.filter((error) => Math.abs(error) > 5);
    // Binomial: 200 expected, deviation 14.
    expect(Math.abs(gross.length - 200)).toBeLessThan(70);
    expect(gross.some((error) => error > 0) && gross.some((error) => error < 0)).toBe(true);
    const noise = errors.filter((error) => Math.abs(error) <= 5);
    expect(Math.abs(Math.sqrt(varianceOf(noise)) / 0.25 - 1)).toBeLessThan(0.05);
  });

  it("refuses tokens that are no ordinals", () => {
    expect(() => dataOf({}).examples(new Uint32Array(6), 2, "clean")).toThrow(
      new EngineError("tokens of a regression must be 2 a row, got 3", {
        hint: "use corpus.kind synthetic, whose rows are ordinals",
      }),
    );
  });
});
