/** @file The bench's GPT, built from the sources under test. */
import { buildMiniGpt, parametersOf } from "../../bench/tensor/mini-gpt.js";
import { attention } from "../../src/tensor/composites/attention.ts";
import { gelu } from "../../src/tensor/composites/gelu.ts";
import { layerNorm } from "../../src/tensor/composites/layer-norm.ts";
import { linearCrossEntropy } from "../../src/tensor/composites/linear-cross-entropy.ts";
import type { Tensors } from "../../src/tensor/engine.ts";
import { gradients } from "../../src/tensor/gradient.ts";
import { Program } from "../../src/tensor/program.ts";
import type { Value } from "../../src/tensor/value.ts";
import { uniform } from "./tensor-cases.ts";

/** Layers, heads, width, context, batch, vocabulary. */
export type MiniGptSizes = Parameters<typeof parametersOf>[0];

/** The first size that speed and exactness are measured at. */
export const firstBenchSizes: MiniGptSizes = { L: 4, H: 4, D: 128, T: 128, B: 16, V: 1024 };

/** A training graph: losses, weights, loss, gnorm and every gradient. */
export const miniGpt = (sizes: MiniGptSizes): { program: Program; outputs: Record<string, Value> } =>
  buildMiniGpt({ Program, gradients, attention, gelu, layerNorm, linearCrossEntropy }, sizes);

/** Parameters and tokens; `few` different tokens, so that most of a batch repeats them. */
export const miniGptFeeds = (sizes: MiniGptSizes, few: number): Tensors => {
  const random = uniform(5);
  const feeds: Tensors = { r: Float32Array.of(1) };
  for (const [name, shape] of parametersOf(sizes)) {
    const length = shape.reduce((a, b) => a * b, 1);
    const centre = name.endsWith(".g") ? 1 : 0;
    feeds[name] = Float32Array.from({ length }, () => centre + 0.2 * (random() - 0.5));
  }
  const length = sizes.T * sizes.B;
  for (const name of ["tokens", "targets"])
    feeds[name] = Int32Array.from({ length }, () => Math.floor(random() * few));
  return feeds;
};
