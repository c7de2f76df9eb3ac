/** @file Instances of a linear regression, each made from its ordinal alone, the same whenever it is drawn. */
import { EngineError, mustBe } from "../errors.ts";
import { type Key, keyOf, normal, threefry2x32 } from "../random.ts";
import type { RegressionOptions } from "./regression-options.ts";
import type { Tokens } from "./trainer.ts";

/** Tokens of a synthetic row: its ordinal's low and high 32 bits. */
export const ordinalTokens = 2;

/** Rows of x [rows, D] and labels y [rows]. */
export interface Examples {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** A linear regression's world. */
export interface RegressionData {
  /** θ*, shape [D], of length about 1. */
  readonly truth: Float32Array;
  /**
   * Instances by the tokens that name them, shape [rows, 2].
   * @param labels `training`: with noise and outliers; `clean`: y = x·θ*, so that losses are excess losses
   * @throws {EngineError} when there are not 2 tokens a row. O(rows · D).
   */
  examples(tokens: Tokens, rows: number, labels: "training" | "clean"): Examples;
}

/** ±size for a fraction `rate` of instances, else 0. Its words are at attempt 1, which `normal` does not use. */
const grossError = (key: Key, rate: number, size: number): number => {
  const [chance, sign] = threefry2x32(key, 0, 1);
  if (chance >= rate * 2 ** 32) return 0;
  return sign < 2 ** 31 ? size : -size;
};

/** The world of a seed: θ*, x_j ~ N(0, j^−decay) and label noise are f(seed, ordinal). */
export const createRegressionData = (seed: string | number, options: RegressionOptions): RegressionData => {
  const { dimensions, decay, noise, outlierRate, outlierSize } = options;
  const instances = keyOf(seed, "regression", "instances");
  const truth = normal(keyOf(seed, "regression", "truth"), dimensions);
  for (let j = 0; j < dimensions; j++) truth[j]! /= Math.sqrt(dimensions);
  const deviations = Float32Array.from({ length: dimensions }, (_, j) => (j + 1) ** (-decay / 2));

  return {
    truth,
    examples(tokens, rows, labels) {
      if (tokens.length !== rows * ordinalTokens)
        throw new EngineError(
          mustBe("tokens of a regression", `${ordinalTokens} a row`, tokens.length / rows),
          {
            hint: "use corpus.kind synthetic, whose rows are ordinals",
          },
        );
      const x = new Float32Array(rows * dimensions);
      const y = new Float32Array(rows);
      for (let row = 0; row < rows; row++) {
        const [low, high] = threefry2x32(instances, tokens[row * 2]!, tokens[row * 2 + 1]!);
        const values = normal({ low, high }, dimensions + 1);
        let label = 0;
        for (let j = 0; j < dimensions; j++) {
          const entry = Math.fround(values[j]! * deviations[j]!);
          x[row * dimensions + j] = entry;
          label += entry * truth[j]!;
        }
        if (labels === "training")
          label += noise * values[dimensions]! + grossError({ low, high }, outlierRate, outlierSize);
        y[row] = label;
      }
      return { x, y };
    },
  };
};
