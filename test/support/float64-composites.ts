/** @file Composites in float64, each written out from its definition and not from its expansion. */
import type { Tensor } from "./float64-interpreter.ts";

type CompositeKernel = (
  inputs: readonly Tensor[],
  parameters: Readonly<Record<string, number>>,
) => Float64Array;

const dot = (
  a: ArrayLike<number>,
  atA: number,
  b: ArrayLike<number>,
  atB: number,
  length: number,
): number => {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[atA + i]! * b[atB + i]!;
  return sum;
};

/** softmax over the past and present of scale·q·k, times v; of [B, T, H, E]. */
const attention: CompositeKernel = ([query, key, value], { scale }) => {
  const [batch = 0, time = 0, heads = 0, width = 0] = query!.shape;
  const result = new Float64Array(query!.data.length);
  const at = (t: number, b: number, h: number): number => ((b * time + t) * heads + h) * width;
  for (let b = 0; b < batch; b++)
    for (let h = 0; h < heads; h++)
      for (let t = 0; t < time; t++) {
        const powers: number[] = [];
        for (let past = 0; past <= t; past++)
          powers.push(Math.exp(scale! * dot(query!.data, at(t, b, h), key!.data, at(past, b, h), width)));
        const total = powers.reduce((sum, power) => sum + power, 0);
        for (let past = 0; past <= t; past++)
          for (let e = 0; e < width; e++)
            result[at(t, b, h) + e]! += (powers[past]! / total) * value!.data[at(past, b, h) + e]!;
      }
  return result;
};

/** −log of the softmax probability that the read-out gives the target. */
const linearCrossEntropy: CompositeKernel = ([hidden, table, targets]) => {
  const [rows = 0, width = 0] = hidden!.shape;
  const vocabulary = table!.shape[0]!;
  return Float64Array.from({ length: rows }, (_, row) => {
    const logits = Array.from({ length: vocabulary }, (_, v) =>
      dot(hidden!.data, row * width, table!.data, v * width, width),
    );
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    return Math.log(total) - logits[targets!.data[row]!]!;
  });
};

/** (x − mean) / √(variance + ε) · gain + bias over the last axis. */
const layerNorm: CompositeKernel = ([x, gain, bias], { epsilon }) => {
  const width = gain!.data.length;
  const result = new Float64Array(x!.data.length);
  for (let start = 0; start < result.length; start += width) {
    const row = x!.data.subarray(start, start + width);
    const mean = row.reduce((sum, element) => sum + element, 0) / width;
    const variance = row.reduce((sum, element) => sum + (element - mean) ** 2, 0) / width;
    for (let i = 0; i < width; i++)
      result[start + i] =
        ((row[i]! - mean) / Math.sqrt(variance + epsilon!)) * gain!.data[i]! + bias!.data[i]!;
  }
  return result;
};

/** ½x(1 + tanh(√(2/π)(x + 0.044715x³))). */
const gelu: CompositeKernel = ([x]) =>
  x!.data.map((u) => 0.5 * u * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (u + 0.044715 * u ** 3))));

/** By the composite's name. */
export const compositeKernels: Readonly<Record<string, CompositeKernel>> = {
  attention,
  linearCrossEntropy,
  layerNorm,
  gelu,
};
