import { describe, expect, it } from "vitest";

import type { Tensors } from "../../src/tensor/engine.ts";
import { openOnnxEngine } from "../../src/tensor/onnx/engine.ts";
import type { ProgramOutputs } from "../../src/training/gpt-programs.ts";
import {
  fusedRegression,
  regressionLosses,
  weightedRegression,
} from "../../src/training/regression-programs.ts";
import { emitWeights } from "../../src/weighing/final-weights.ts";
import { float64Arithmetic } from "../../src/weighing/float64-arithmetic.ts";
import { weighingOptions } from "../../src/weighing/options.ts";

const x = Float32Array.of(1, 2, -1, 0.5, 3, 1);
const y = Float32Array.of(1, -2, 4);
const parameters = Float32Array.of(0.5, -1);
// Errors: x·θ − y = (−1.5 − 1, −1 + 2, 0.5 − 4).
const errors = [-2.5, 1, -3.5];
const losses = errors.map((error) => error ** 2 / 2);

const run = async ({ program, outputs }: ProgramOutputs, feeds: Tensors): Promise<Tensors> => {
  const engine = await openOnnxEngine({ backend: "cpu", threads: 1 });
  try {
    return await (await engine.compile(program, outputs)).run({ x, y, parameters, ...feeds });
  } finally {
    await engine.close();
  }
};
const gradientOf = (weights: ArrayLike<number>): number[] =>
  [0, 1].map((j) => errors.reduce((sum, error, row) => sum + weights[row]! * error * x[row * 2 + j]!, 0));
const rounded = (values: ArrayLike<number> | undefined): number[] =>
  Array.from(values ?? [], (value) => Number(value.toFixed(5)));

describe("the programs of a regression", () => {
  it("give half squared errors", async () => {
    const outputs = await run(regressionLosses(3, 2), {});
    expect(rounded(outputs["losses"])).toEqual(rounded(losses));
  });

  it("give the gradient of the weighted sum", async () => {
    const weights = Float32Array.of(0.2, 0.5, 0.3);
    const outputs = await run(weightedRegression(3, 2), { weights });
    expect(rounded(outputs["gradient"])).toEqual(rounded(gradientOf(weights)));
  });

  it("weigh inside the graph as on the host", async () => {
    const weighing = weighingOptions.parse({ strategy: "linupper" });
    const correction = Float32Array.of(1, 2, 0.5);
    const outputs = await run(fusedRegression(3, 2, weighing), {
      inverseR: Float32Array.of(2.5),
      correction,
    });
    const weights = emitWeights(float64Arithmetic, weighing, {
      losses: Float64Array.from(losses),
      inverseR: Float64Array.of(2.5),
      correction: Float64Array.from(correction),
    });
    expect(rounded(outputs["losses"])).toEqual(rounded(losses));
    expect(rounded(outputs["weights"])).toEqual(rounded(weights));
    expect(rounded(outputs["gradient"])).toEqual(rounded(gradientOf(weights)));
  });
});
