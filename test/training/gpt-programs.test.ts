import { afterEach, describe, expect, it } from "vitest";

import type { Engine, Tensors } from "../../src/tensor/engine.ts";
import { openOnnxEngine } from "../../src/tensor/onnx/engine.ts";
import { type GptSizes, gptParameters } from "../../src/training/gpt-parameters.ts";
import {
  type ProgramOutputs,
  fusedProgram,
  gradientName,
  gradientSoFarName,
  lossProgram,
  weightedProgram,
} from "../../src/training/gpt-programs.ts";
import { weighingOptions } from "../../src/weighing/options.ts";
import { hashedParameter, hashedTokens, hashedWeights } from "../support/hashed-gpt.ts";

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});
const compute = async (
  { program, outputs }: ProgramOutputs,
  feeds: Tensors,
  { threads = 2, fetches = {} }: { threads?: number; fetches?: Tensors } = {},
): Promise<Tensors> => {
  const engine = await openOnnxEngine({ backend: "cpu", threads });
  engines.push(engine);
  return (await engine.compile(program, outputs)).run(feeds, fetches);
};

const sizes: GptSizes = { layers: 2, heads: 2, width: 32, context: 16, vocabSize: 50, biases: true };
const shape = { rows: 6, seqLen: 16 };
const parametersOf = (chosen: GptSizes): Tensors =>
  Object.fromEntries(gptParameters(chosen).map((parameter) => [parameter.name, hashedParameter(parameter)]));
const names = gptParameters(sizes).map(({ name }) => name);
const tokens = Int32Array.from(hashedTokens(6 * 16, 50));
const weighing = weighingOptions.parse({ strategy: "linupper" });
const fusedFeeds = { inverseR: Float32Array.of(2), correction: new Float32Array(6).fill(1) };

const worst = (a: Tensors, b: Tensors): number =>
  Math.max(
    ...names.map((name) => {
      const [x, y] = [a[gradientName(name)]!, b[gradientName(name)]!];
      // A key bias' gradient is 0 but for rounding: it is compared to the query bias'.
      const scale = b[gradientName(name.replace("key.bias", "query.bias"))]!;
      const largest = Math.max(...Array.from(scale, (value) => Math.abs(value)));
      return Math.max(...Array.from(x, (value, at) => Math.abs(value - y[at]!))) / largest;
    }),
  );

describe("a GPT's training programs", () => {
  it("agree: a fused step is a forward pass, its weights and a weighted backward pass", async () => {
    const parameters = parametersOf(sizes);
    const fused = await compute(fusedProgram(sizes, shape, weighing), {
      ...parameters,
      tokens,
      ...fusedFeeds,
    });
    const forward = await compute(lossProgram(sizes, shape), { ...parameters, tokens });
    const weighted = await compute(weightedProgram(sizes, shape, false), {
      ...parameters,
      tokens,
      weights: fused["weights"]!,
    });
    for (const [row, loss] of forward["losses"]!.entries())
      expect(loss).toBeCloseTo(fused["losses"]![row]!, 5);
    expect([...fused["weights"]!].reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    expect(Math.max(...fused["weights"]!) / Math.min(...fused["weights"]!)).toBeGreaterThan(2);
    expect(worst(weighted, fused)).toBeLessThan(1e-6);
    const norm = Math.hypot(...names.flatMap((name) => [...fused[gradientName(name)]!]));
    expect(Math.abs(fused["gradientNorm"]![0]! / norm - 1)).toBeLessThan(1e-5);
  });

  it("agree: micro-batches added up in place are the whole batch", async () => {
    const parameters = parametersOf(sizes);
    const weights = hashedWeights(6);
    const whole = await compute(weightedProgram(sizes, shape, false), { ...parameters, tokens, weights });
    const buffers = names.map((name) => new Float32Array(whole[gradientName(name)]!.length));
    const soFar = Object.fromEntries(names.map((name, at) => [gradientSoFarName(name), buffers[at]!]));
    const fetches = Object.fromEntries(names.map((name, at) => [gradientName(name), buffers[at]!]));
    let outputs: Tensors = {};
    for (const start of [0, 2, 4])
      outputs = await compute(
        weightedProgram(sizes, { rows: 2, seqLen: 16 }, true),
        {
          ...parameters,
          ...soFar,
          tokens: tokens.subarray(start * 16, (start + 2) * 16),
          weights: weights.slice(start, start + 2),
        },
        { fetches },
      );
    expect(worst(fetches, whole)).toBeLessThan(2e-6);
    expect(Math.abs(outputs["gradientNorm"]![0]! / whole["gradientNorm"]![0]! - 1)).toBeLessThan(1e-6);
  });

  it("work without biases, and as many parameters come and go", async () => {
    const bare = { ...sizes, biases: false };
    const outputs = await compute(fusedProgram(bare, shape, weighing), {
      ...parametersOf(bare),
      tokens,
      ...fusedFeeds,
    });
    const zeroed = parametersOf(sizes);
    for (const { name } of gptParameters(sizes))
      if (!gptParameters(bare).some((parameter) => parameter.name === name)) zeroed[name]!.fill(0);
    const { losses } = await compute(lossProgram(sizes, shape), { ...zeroed, tokens });
    expect(Object.keys(outputs)).toHaveLength(3 + gptParameters(bare).length);
    for (const [row, loss] of outputs["losses"]!.entries()) expect(loss).toBeCloseTo(losses![row]!, 5);
  });

  it("repeat bit for bit, over runs and over 1 and 2 threads, at the first bench size", async () => {
    const large = { layers: 4, heads: 4, width: 128, context: 128, vocabSize: 1024, biases: true };
    const program = fusedProgram(large, { rows: 16, seqLen: 128 }, weighing);
    const feeds = {
      ...parametersOf(large),
      tokens: Int32Array.from(hashedTokens(16 * 128, 1024)),
      inverseR: Float32Array.of(2),
      correction: new Float32Array(16).fill(1),
    };
    const first = await compute(program, feeds, { threads: 2 });
    const again = await compute(program, feeds, { threads: 2 });
    const single = await compute(program, feeds, { threads: 1 });
    const differing = (other: Tensors): string[] =>
      Object.keys(first).filter((name) => Buffer.compare(bytesOf(first[name]!), bytesOf(other[name]!)) !== 0);
    expect(Object.keys(first)).toHaveLength(3 + gptParameters(large).length);
    expect(differing(again)).toEqual([]);
    expect(differing(single)).toEqual([]);
  });
});

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
