import { describe, expect, it } from "vitest";

import { generate } from "../../src/training/generate.ts";

const sizes = { context: 4, vocabSize: 8 };
/** A model that is sure of the token after the last one. */
const counting = (seen: number[][]) => (context: Uint32Array) => {
  seen.push([...context]);
  const logits = new Float32Array(8).fill(-100);
  logits[(context.at(-1)! + 1) % 8] = 100;
  return Promise.resolve(logits);
};
const flat = () => Promise.resolve(new Float32Array(8));

describe("generate", () => {
  it("continues the prompt, seeing at most a context of tokens", async () => {
    const seen: number[][] = [];
    const text = await generate(counting(seen), sizes, { prompt: [1, 2, 3], count: 4, seed: 1 });
    expect([...text]).toEqual([4, 5, 6, 7]);
    expect(seen).toEqual([
      [1, 2, 3],
      [1, 2, 3, 4],
      [2, 3, 4, 5],
      [3, 4, 5, 6],
    ]);
  });

  it("ends before the token to stop at", async () => {
    const text = await generate(counting([]), sizes, { prompt: [3], count: 9, seed: 1, stopAt: 6 });
    expect([...text]).toEqual([4, 5]);
  });

  it("gives the same text for a seed and another for another, whatever the length asked for", async () => {
    const write = (seed: string, count: number): Promise<Uint32Array> =>
      generate(flat, sizes, { prompt: [0], count, seed });
    const text = await write("a", 40);
    expect(await write("a", 40)).toEqual(text);
    expect(await write("a", 7)).toEqual(text.slice(0, 7));
    expect(await write("b", 40)).not.toEqual(text);
    expect(new Set(text).size).toBe(8);
  });

  it("pins the text of a seed", async () => {
    const text = await generate(flat, sizes, { prompt: [0], count: 16, seed: "golden" });
    expect([...text]).toMatchInlineSnapshot(`
      [
        5,
        6,
        4,
        3,
        2,
        6,
        4,
        7,
        7,
        6,
        7,
        7,
        5,
        6,
        6,
        1,
      ]
    `);
  });

  it("refuses an empty prompt and strange tokens", async () => {
    await expect(generate(flat, sizes, { prompt: [], count: 1, seed: 1 })).rejects.toThrow(
      "prompt must be at least one token, got 0",
    );
    await expect(generate(flat, sizes, { prompt: [1, 8], count: 1, seed: 1 })).rejects.toThrow(
      "prompt token must be below the vocabulary's size 8, got 8",
    );
  });
});
