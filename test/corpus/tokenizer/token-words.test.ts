import { describe, expect, it } from "vitest";

import { PairCounts } from "../../../src/corpus/tokenizer/pair-counts.ts";
import { TokenWords } from "../../../src/corpus/tokenizer/token-words.ts";

const [a, b] = [97, 98];

describe("TokenWords", () => {
  it("counts pairs, weighted by words, and keeps the counts current when it joins", () => {
    const pairs = new PairCounts();
    const words = new TokenWords(
      {
        bytes: new TextEncoder().encode("ababbaaa"),
        ends: Uint32Array.of(5, 8),
        counts: Float64Array.of(10, 1),
      },
      pairs,
    );
    expect([pairs.count(a, b), pairs.count(b, a), pairs.count(b, b), pairs.count(a, a)]).toEqual([
      20, 10, 10, 2,
    ]);
    const touched: number[][] = [];
    words.join(0, a, b, 256, (left, right) => touched.push([left, right]));
    expect(touched).toEqual([
      [256, 256],
      [256, b],
    ]);
    expect([pairs.count(a, b), pairs.count(256, 256), pairs.count(256, b), pairs.count(b, a)]).toEqual([
      0, 10, 10, 0,
    ]);
  });

  it("joins a run leftmost first, and leaves a word without the pair alone", () => {
    const pairs = new PairCounts();
    const words = new TokenWords(
      { bytes: new TextEncoder().encode("aaa"), ends: Uint32Array.of(3), counts: Float64Array.of(1) },
      pairs,
    );
    const touched: number[][] = [];
    words.join(0, b, a, 256, (...pair) => touched.push(pair));
    expect(touched).toEqual([]);
    words.join(0, a, a, 256, (...pair) => touched.push(pair));
    expect(touched).toEqual([[256, a]]);
    expect([pairs.count(a, a), pairs.count(256, a)]).toEqual([0, 1]);
  });
});
