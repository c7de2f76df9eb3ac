/** @file What drawing and weighing together estimate: sampler and weighing, from scores to the weighted sum of a batch. */
import { describe, expect, it } from "vitest";

import { keyOf, keyedPermutation, normal } from "../src/random.ts";
import { certain, inclusionUnits } from "../src/sampler/inclusion.ts";
import { selectRound, selectWindow } from "../src/sampler/selection.ts";
import { openOnnxEngine } from "../src/tensor/onnx/engine.ts";
import { createRegressionData } from "../src/training/regression-data.ts";
import { regressionOptions } from "../src/training/regression-options.ts";
import { weightedRegression } from "../src/training/regression-programs.ts";
import { type Normalise, weighingOptions } from "../src/weighing/options.ts";
import { createWeighing } from "../src/weighing/weighing.ts";

const weighingBy = (normalise: Normalise) =>
  createWeighing(weighingOptions.parse({ strategy: "uniform", beta: 1, normalise }));

/** Final weights of one batch: rows of a window with these units, K of n kept. */
const weightsOf = (
  weighing: ReturnType<typeof weighingBy>,
  rows: Uint32Array,
  losses: Float32Array,
  units: Uint32Array,
  kept: number,
): Float64Array => {
  const probability = Float32Array.from(rows, (row) => units[row]! / certain);
  const base = new Float32Array(rows.length).fill(kept / units.length);
  const batch = { losses: Float32Array.from(rows, (row) => losses[row]!), probability, base };
  return weighing.weigh(batch, 1).weights;
};

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
/** Standard error of the mean of independent values. */
const standardError = (values: readonly number[]): number => {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0)) / values.length;
};

/** Losses of a heavy tail, as early training has them. */
const lossesOf = (name: string, rows: number): Float32Array =>
  normal(keyOf(name, "losses", ""), rows).map((value) => Math.exp(value));

describe("under normalise: expected, beta 1, uniform strategy", () => {
  const rows = 36;
  const kept = 12;
  const size = 4;
  const losses = lossesOf("enumerated", rows);
  const units = inclusionUnits(losses, kept, 0.2);
  const order = keyedPermutation(keyOf("enumerated", "order", ""), rows);
  const weighing = weighingBy("expected");

  it("Σ w·f over all starts is the window's mean, for 20 functions, batch by batch", () => {
    // The choice changes only where the start, modulo 2²⁴, passes a cumulative sum of units.
    let covered = 0;
    const breaks = Array.from(order, (row) => (covered += units[row]!) % certain);
    const edges = [...new Set([0, ...breaks, certain])].toSorted((a, b) => a - b);
    const functions = Array.from({ length: 20 }, (_, f) => normal(keyOf(f, "function", ""), rows));
    const batches = kept / size;
    const expected = Array.from({ length: batches }, () => functions.map(() => 0));
    for (let turn = 0; turn < kept; turn++)
      for (let edge = 0; edge + 1 < edges.length; edge++) {
        const chosen = selectRound(order, units, kept, turn * certain + edges[edge]!);
        const chance = (edges[edge + 1]! - edges[edge]!) / (kept * certain);
        for (let batch = 0; batch < batches; batch++) {
          const drawn = chosen.subarray(batch * size, (batch + 1) * size);
          const weights = weightsOf(weighing, drawn, losses, units, kept);
          for (const [f, values] of functions.entries())
            drawn.forEach((row, slot) => (expected[batch]![f]! += chance * weights[slot]! * values[row]!));
        }
      }
    const errors = expected.flatMap((sums) => sums.map((sum, f) => Math.abs(sum - mean(functions[f]!))));
    expect(errors).toHaveLength(60);
    expect(Math.max(...errors)).toBeLessThan(1e-6);
    // The plain mean of what was drawn, without weights, is far off: the draws do prefer.
    const drawnMean = Array.from(losses).reduce(
      (sum, loss, row) => sum + (loss * units[row]!) / (kept * certain),
      0,
    );
    expect(drawnMean / mean(losses)).toBeGreaterThan(1.2);
  });

  it("the regression's gradient is the window's within 3 standard errors, batch by batch", async () => {
    const dimensions = 6;
    const window = 96;
    const half = window / 2;
    const batchSize = 16;
    const starts = 1500;
    const model = regressionOptions.parse({ kind: "regression", dimensions, noise: 0.5 });
    const data = createRegressionData("unbiased", model);
    const tokens = Uint32Array.from({ length: 2 * window }, (_, at) => (at % 2 === 0 ? at / 2 : 0));
    const { x, y } = data.examples(tokens, window, "training");
    const parameters = normal(keyOf("unbiased", "parameters", ""), dimensions);
    const errorOf = (row: number): number =>
      parameters.reduce((sum, value, j) => sum + value * x[row * dimensions + j]!, -y[row]!);
    const windowLosses = Float32Array.from({ length: window }, (_, row) => errorOf(row) ** 2 / 2);
    const windowUnits = inclusionUnits(windowLosses, half, 0.2);
    const truth = Array.from({ length: dimensions }, (_, j) =>
      mean(Array.from({ length: window }, (_, row) => errorOf(row) * x[row * dimensions + j]!)),
    );

    const engine = await openOnnxEngine({ backend: "cpu", threads: 1 });
    const { program, outputs } = weightedRegression(batchSize, dimensions);
    const step = await engine.compile(program, outputs);
    const gradients = Array.from({ length: half / batchSize }, () => truth.map((): number[] => []));
    for (let start = 0; start < starts; start++) {
      const chosen = selectWindow("unbiased", "d", 0, start, windowUnits, half);
      for (const [batch, columns] of gradients.entries()) {
        const drawn = chosen.subarray(batch * batchSize, (batch + 1) * batchSize);
        const { gradient } = await step.run({
          parameters,
          x: Float32Array.from({ length: batchSize * dimensions }, (_, at) => {
            const slot = Math.floor(at / dimensions);
            return x[drawn[slot]! * dimensions + (at % dimensions)]!;
          }),
          y: Float32Array.from(drawn, (row) => y[row]!),
          weights: Float32Array.from(weightsOf(weighing, drawn, windowLosses, windowUnits, half)),
        });
        columns.forEach((column, j) => column.push(Number(gradient![j])));
      }
    }
    await engine.close();
    const deviations = gradients.flatMap((columns) =>
      columns.map((column, j) => (mean(column) - truth[j]!) / standardError(column)),
    );
    expect(deviations).toHaveLength(18);
    expect(Math.max(...deviations.map(Math.abs))).toBeLessThan(3);
    // Narrow enough to tell: the errors are a few percent of the gradient, the bias of plain means many times that.
    const errors = gradients.flatMap((columns) => columns.map(standardError));
    expect(Math.max(...errors) / Math.hypot(...truth)).toBeLessThan(0.03);
  });
});

describe("under normalise: batch", () => {
  it("the bias falls as 1/M", () => {
    const rows = 4096;
    const kept = 2048;
    const windows = 300;
    const sizes = [8, 32, 128];
    const losses = lossesOf("bias", rows);
    const units = inclusionUnits(losses, kept, 0.2);
    const truth = mean(losses);
    const weighing = weighingBy("batch");
    const corrections = Float64Array.from(units, (unit) => kept / rows / (unit / certain));
    const estimates = sizes.map((): number[] => []);
    for (let window = 0; window < windows; window++) {
      const chosen = selectWindow("bias", "d", 0, window, units, kept);
      // Of the same draws, and without bias (first test): taken off, it leaves the bias and little noise.
      const unbiased = mean(Array.from(chosen, (row) => corrections[row]! * losses[row]!));
      for (const [at, size] of sizes.entries()) {
        let sum = 0;
        for (let first = 0; first < kept; first += size) {
          const drawn = chosen.subarray(first, first + size);
          const weights = weightsOf(weighing, drawn, losses, units, kept);
          drawn.forEach((row, slot) => (sum += weights[slot]! * losses[row]!));
        }
        estimates[at]!.push((sum / (kept / size) - unbiased) / truth);
      }
    }
    const scaled = sizes.map((size, at) => size * mean(estimates[at]!));
    const errors = sizes.map((size, at) => size * standardError(estimates[at]!));
    // To first order, for draws that do not know of each other: E c²·(f̄ − f) / f̄ / M, where (π/K)·c² = c/n. Rows of a window
    // are not drawn twice, which takes some of it away.
    const independent = mean(corrections.map((c, row) => (c * (truth - losses[row]!)) / truth));
    console.log(`bias of a batch's mean loss, times M; ${independent.toFixed(3)} if draws were independent`);
    for (const [at, size] of sizes.entries())
      console.log(
        `M = ${size}: ${((100 * scaled[at]!) / size).toFixed(3)} %, times M ${scaled[at]!.toFixed(3)} ± ${errors[at]!.toFixed(3)}`,
      );
    for (const at of sizes.keys()) {
      expect(scaled[at]).toBeGreaterThan(5 * errors[at]!);
      expect(scaled[at]).toBeLessThan(independent + 3 * errors[at]!);
      if (at === 0) continue;
      // Times M it stays, within three standard errors and the next order of 1/M; as 1/√M it would double from one to the next.
      const change = Math.abs(scaled[at]! - scaled[at - 1]!);
      const error = Math.hypot(errors[at]!, errors[at - 1]!);
      expect(change).toBeLessThan(3 * error + independent / sizes[at - 1]!);
      expect(3 * error + independent / sizes[at - 1]!).toBeLessThan(scaled[at - 1]! / 2);
    }
  });
});
