import { describe, expect, it } from "vitest";

import { gptParameters, initialise } from "../../src/training/gpt-parameters.ts";

const sizes = { layers: 2, heads: 2, width: 8, context: 5, vocabSize: 11, biases: true };
const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);
const countOf = (chosen: typeof sizes): number =>
  gptParameters(chosen).reduce((sum, { shape }) => sum + sizeOf(shape), 0);

describe("the parameters of a GPT-2", () => {
  it("are those of its checkpoints, query, key and value apart", () => {
    const block = (layer: number): string[] =>
      [
        ["ln_1.weight", "8"],
        ["ln_1.bias", "8"],
        ...["query", "key", "value", "c_proj"].flatMap((name) => [
          [`attn.${name}.weight`, "8,8"],
          [`attn.${name}.bias`, "8"],
        ]),
        ["ln_2.weight", "8"],
        ["ln_2.bias", "8"],
        ["mlp.c_fc.weight", "8,32"],
        ["mlp.c_fc.bias", "32"],
        ["mlp.c_proj.weight", "32,8"],
        ["mlp.c_proj.bias", "8"],
      ].map(([name, shape]) => `transformer.h.${layer}.${name} ${shape}`);
    expect(gptParameters(sizes).map(({ name, shape }) => `${name} ${shape.join(",")}`)).toEqual([
      "transformer.wte.weight 11,8",
      "transformer.wpe.weight 5,8",
      ...block(0),
      ...block(1),
      "transformer.ln_f.weight 8",
      "transformer.ln_f.bias 8",
    ]);
  });

  it("are as many as GPT-2 small has", () => {
    const small = { layers: 12, heads: 12, width: 768, context: 1024, vocabSize: 50_257, biases: true };
    expect(countOf(small)).toBe(124_439_808);
    expect(countOf(small) - countOf({ ...small, biases: false })).toBe(12 * 9 * 768);
  });

  it("start with GPT-2's deviations, smaller into the residual stream", () => {
    const large = { ...sizes, layers: 8, width: 128, vocabSize: 512 };
    for (const parameter of gptParameters(large)) {
      const values = new Float32Array(sizeOf(parameter.shape));
      initialise(parameter, "seed", values);
      if (parameter.shape.length === 1) {
        const isGain = parameter.name.endsWith("weight");
        expect(new Set(values)).toEqual(new Set([isGain ? 1 : 0]));
        continue;
      }
      const deviation = parameter.name.endsWith("c_proj.weight") ? 0.02 / 4 : 0.02;
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
      const spread = 5 / Math.sqrt(values.length); // five standard errors
      expect(Math.abs(mean) / deviation).toBeLessThan(spread);
      expect(Math.abs(square / deviation ** 2 - 1)).toBeLessThan(Math.SQRT2 * spread);
    }
  });

  it("start from seed and name alone, pinned", () => {
    const [wte, wpe] = gptParameters(sizes);
    const start = (parameter: typeof wte, seed: string | number): number[] => {
      const values = new Float32Array(6);
      initialise(parameter!, seed, values);
      return [...values];
    };
    expect(start(wte, 1)).toEqual(start(wte, 1));
    expect(start(wte, 1)).not.toEqual(start(wte, 2));
    expect(start(wte, 1)).not.toEqual(start(wpe, 1));
    expect(start(wte, 1).map((value) => Math.round(value * 1e8))).toMatchInlineSnapshot(`
      [
        -2846857,
        -1576789,
        2293482,
        1556414,
        -88827,
        1613823,
      ]
    `);
  });
});
