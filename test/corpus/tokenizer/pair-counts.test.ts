import { describe, expect, it } from "vitest";

import { PairCounts } from "../../../src/corpus/tokenizer/pair-counts.ts";

describe("PairCounts", () => {
  it("sums, and remembers the words of a pair until they are taken", () => {
    const pairs = new PairCounts();
    pairs.add(1, 2, 5, 0);
    pairs.add(1, 2, 5, 0);
    pairs.add(1, 2, 3, 7);
    pairs.add(2, 1, 1, 7);
    pairs.add(1, 2, -5, 0);
    expect([pairs.count(1, 2), pairs.count(2, 1), pairs.count(9, 9)]).toEqual([8, 1, 0]);
    expect(pairs.takeWords(1, 2)).toEqual([0, 7]);
    expect(pairs.takeWords(1, 2)).toEqual([]);
    expect(pairs.takeWords(9, 9)).toEqual([]);
    const all: number[][] = [];
    pairs.forEach((...pair) => all.push(pair));
    expect(all).toEqual([
      [1, 2, 8],
      [2, 1, 1],
    ]);
  });
});
