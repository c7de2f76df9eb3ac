import { describe, expect, it } from "vitest";

import { evaluate, resultOf, unigramEntropy } from "../../src/training/evaluation.ts";

const corpus = {
  seqLen: 3,
  domains: [
    { name: "book", heldOutTokens: 100, heldOutBytes: 400 },
    { name: "code", heldOutTokens: 50, heldOutBytes: 100 },
    { name: "none", heldOutTokens: 0, heldOutBytes: 0 },
  ],
};

describe("unigram entropy", () => {
  it("is the entropy of the frequencies, in nats", () => {
    expect(unigramEntropy(Uint16Array.of(5, 5, 5, 5))).toBe(0);
    expect(unigramEntropy(Uint16Array.of(1, 2, 3, 4))).toBeCloseTo(Math.log(4), 12);
    expect(unigramEntropy(Uint32Array.of(1, 1, 1, 9))).toBeCloseTo(
      -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)),
      12,
    );
    expect(unigramEntropy(new Uint16Array())).toBe(0);
  });
});

describe("the result of a domain", () => {
  it("is the mean loss, its perplexity, bits of a byte, and the entropy of the targets alone", () => {
    // First tokens are no targets: of 9, 1, 2 and 9, 1, 1 the targets are 1, 2, 1, 1.
    const heldOut = { domain: 0, tokens: Uint16Array.of(9, 1, 2, 9, 1, 1), rows: 2 };
    const result = resultOf(Float32Array.of(1, 3), heldOut, corpus);
    expect(result.rows).toBe(2);
    expect(result.loss).toBe(2);
    expect(result.perplexity).toBeCloseTo(Math.exp(2), 12);
    expect(result.bitsPerByte).toBeCloseTo(2 / Math.LN2 / 4, 12);
    expect(result.unigramEntropy).toBeCloseTo(-(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)), 12);
  });
});

describe("evaluate", () => {
  it("scores domain by domain and leaves out those without rows", async () => {
    const asked: number[][] = [];
    const score = (tokens: ArrayLike<number>, rows: number): Promise<Float32Array> => {
      asked.push(Array.from(tokens));
      return Promise.resolve(new Float32Array(rows).fill(asked.length));
    };
    const results = await evaluate(
      score,
      [
        { domain: 1, tokens: Uint16Array.of(1, 2, 3), rows: 1 },
        { domain: 2, tokens: new Uint16Array(), rows: 0 },
        { domain: 0, tokens: Uint16Array.of(4, 5, 6), rows: 1 },
      ],
      corpus,
    );
    expect(asked).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(Object.entries(results).map(([name, { loss }]) => [name, loss])).toEqual([
      ["code", 1],
      ["book", 2],
    ]);
  });
});
