import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";

import { openOnnxEngine } from "../../src/tensor/onnx/engine.ts";
import { gptParameters } from "../../src/training/gpt-parameters.ts";
import {
  gradientName,
  lossProgram,
  nextTokenProgram,
  weightedProgram,
} from "../../src/training/gpt-programs.ts";
import { hashedParameter, hashedTokens, hashedWeights } from "../support/hashed-gpt.ts";

interface Fixture {
  readonly sizes: Record<"layers" | "heads" | "width" | "context" | "batch" | "vocabulary", number>;
  readonly losses: number[];
  readonly gradients: Record<string, { largest: number; stride: number; values: number[] }>;
}

const engine = await openOnnxEngine({ backend: "cpu", threads: 2 });
afterAll(() => engine.close());

const read = (name: string): Fixture =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8"));

const setUp = ({ sizes: { layers, heads, width, context, batch, vocabulary } }: Fixture) => {
  const sizes = { layers, heads, width, context, vocabSize: vocabulary, biases: true };
  const tokens = Int32Array.from(hashedTokens(batch * context, vocabulary));
  const parameters: Record<string, Float32Array> = Object.fromEntries(
    gptParameters(sizes).map((parameter) => [parameter.name, hashedParameter(parameter)]),
  );
  return {
    sizes,
    shape: { rows: batch, seqLen: context },
    tokens,
    parameters,
    feeds: { ...parameters, tokens },
  };
};

const relative = (got: ArrayLike<number>, wanted: readonly number[], scale: number, stride = 1): number =>
  Math.max(...wanted.map((value, at) => Math.abs(got[at * stride]! - value))) / scale;

describe.each(["torch-gpt-2x64", "torch-gpt-4x128"])("against PyTorch's autograd: %s", (name) => {
  const fixture = read(name);
  const { sizes, shape, feeds, parameters } = setUp(fixture);

  it("losses agree to 2e-6 of the largest", async () => {
    const { program, outputs } = lossProgram(sizes, shape);
    const { losses } = await (await engine.compile(program, outputs)).run(feeds);
    expect(losses).toHaveLength(fixture.losses.length);
    expect(relative(losses!, fixture.losses, Math.max(...fixture.losses))).toBeLessThan(2e-6);
  });

  it("every gradient agrees to 2e-5 of its largest entry, the key bias to 2e-5 of the query bias'", async () => {
    const { program, outputs } = weightedProgram(sizes, shape, false);
    const executable = await engine.compile(program, outputs);
    const gradients = await executable.run({ ...feeds, weights: hashedWeights(shape.rows) });
    expect(Object.keys(fixture.gradients).toSorted()).toEqual(Object.keys(parameters).toSorted());
    const off = Object.entries(fixture.gradients)
      .map(([name, { largest, stride, values }]) => {
        // A key bias moves all scores of a query alike, which the softmax does not see: its gradient is 0 but for rounding.
        const scale = name.endsWith("attn.key.bias")
          ? fixture.gradients[name.replace("key", "query")]!.largest
          : largest;
        return { name, error: relative(gradients[gradientName(name)]!, values, scale, stride) };
      })
      .filter(({ error }) => !(error < 2e-5));
    expect(off).toEqual([]);
  });
});

describe("a GPT's programs", () => {
  const fixture = read("torch-gpt-2x64");
  const { sizes, shape, feeds, parameters, tokens } = setUp(fixture);

  it("rows shorter than the context use the first positions", async () => {
    const longer = lossProgram(sizes, shape);
    const wide = { ...sizes, context: sizes.context + 5 };
    const shorter = lossProgram(wide, shape);
    const positions = hashedParameter({ name: "positions", shape: [wide.context, sizes.width] });
    positions.set(parameters["transformer.wpe.weight"]!);
    const a = await (await engine.compile(longer.program, longer.outputs)).run(feeds);
    const b = await (
      await engine.compile(shorter.program, shorter.outputs)
    ).run({ ...feeds, "transformer.wpe.weight": positions });
    expect(b["losses"]).toEqual(a["losses"]);
  });

  it("the next token's logits give the loss of the last target, whatever follows it", async () => {
    const { seqLen } = shape;
    const single = lossProgram(sizes, { rows: 1, seqLen });
    const next = nextTokenProgram(sizes);
    const row = tokens.slice(0, seqLen);
    const { losses } = await (
      await engine.compile(single.program, single.outputs)
    ).run({ ...feeds, tokens: row });
    const executable = await engine.compile(next.program, next.outputs);
    let sum = 0;
    for (let position = 0; position < seqLen - 1; position++) {
      const padded = new Int32Array(seqLen).fill(7);
      padded.set(row.subarray(0, position + 1));
      const { logits } = await executable.run({
        ...feeds,
        tokens: padded,
        position: Int32Array.of(position),
      });
      const largest = Math.max(...logits!);
      const total = [...logits!].reduce((total, logit) => total + Math.exp(logit - largest), 0);
      sum += Math.log(total) + largest - logits![row[position + 1]!]!;
    }
    expect(losses![0]).toBeCloseTo(sum / (seqLen - 1), 5);
  });
});

describe("rows long enough to be cut into blocks", () => {
  it("lose what the next token's logits say, position by position", async () => {
    const sizes = { layers: 1, heads: 2, width: 8, context: 256, vocabSize: 7, biases: true };
    const parameters = Object.fromEntries(
      gptParameters(sizes).map((parameter) => [parameter.name, hashedParameter(parameter)]),
    );
    const row = Int32Array.from(hashedTokens(256, 7));
    const { program, outputs } = lossProgram(sizes, { rows: 1, seqLen: 256 });
    const { losses } = await (await engine.compile(program, outputs)).run({ ...parameters, tokens: row });
    // The same row in a model that has one position more, which is not cut.
    const longer = { ...sizes, context: 257 };
    const positions = new Float32Array(257 * 8);
    positions.set(parameters["transformer.wpe.weight"]!);
    const next = nextTokenProgram(longer);
    const executable = await engine.compile(next.program, next.outputs);
    let sum = 0;
    for (let position = 0; position < 255; position++) {
      const tokens = new Int32Array(257);
      tokens.set(row.subarray(0, position + 1));
      const { logits } = await executable.run({
        ...parameters,
        "transformer.wpe.weight": positions,
        tokens,
        position: Int32Array.of(position),
      });
      sum +=
        Math.log([...logits!].reduce((total, logit) => total + Math.exp(logit), 0)) -
        logits![row[position + 1]!]!;
    }
    expect(losses![0]).toBeCloseTo(sum / 255, 5);
  });
});
