import { describe, expect, it } from "vitest";

import { type PackedCounts, WordCounts } from "../../../src/corpus/tokenizer/word-counts.ts";

const asObject = ({ bytes, ends, counts }: PackedCounts): Record<string, number> =>
  Object.fromEntries(
    Array.from(ends, (end, word) => [
      Buffer.from(bytes.subarray(ends[word - 1] ?? 0, end)).toString(),
      counts[word]!,
    ]),
  );

const countsOf = (text: string): WordCounts => {
  const counts = new WordCounts();
  const bytes = new TextEncoder().encode(text);
  counts.addDocument(bytes, 0, bytes.length);
  return counts;
};

/** A number in letters only, so that it is one word. */
const letters = (index: number): string =>
  index.toString(26).replaceAll(/[0-9]/g, (digit) => `x${"abcdefghij"[Number(digit)]}`);

describe("WordCounts", () => {
  it("counts words", () => {
    expect(asObject(countsOf("the cat, the dog").pack())).toEqual({
      the: 1,
      " cat": 1,
      ",": 1,
      " the": 1,
      " dog": 1,
    });
  });

  it("counts within a document only", () => {
    const counts = new WordCounts();
    counts.addDocument(new TextEncoder().encode("abc"), 1, 2);
    expect(asObject(counts.pack())).toEqual({ b: 1 });
  });

  it("sums what several threads counted, in any order", () => {
    const [one, two] = [countsOf("a b a").pack(), countsOf("b c b").pack()];
    const forth = new WordCounts();
    const back = new WordCounts();
    for (const packed of [one, two]) forth.addPacked(packed);
    for (const packed of [two, one]) back.addPacked(packed);
    expect(asObject(forth.pack())).toEqual({ a: 1, " b": 2, " a": 1, b: 1, " c": 1 });
    expect(asObject(back.pack())).toEqual(asObject(forth.pack()));
  });

  it("grows past its first size", () => {
    const counts = countsOf(Array.from({ length: 3000 }, (_, index) => letters(index)).join("\n"));
    expect(asObject(counts.pack())["\n"]).toBe(2999);
    expect(counts.size).toBe(3001);
  });
});
