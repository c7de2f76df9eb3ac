import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { trainBpe } from "../../../src/corpus/tokenizer/train-bpe.ts";
import { createVocabulary } from "../../../src/corpus/tokenizer/vocabulary.ts";
import { type PackedCounts, WordCounts } from "../../../src/corpus/tokenizer/word-counts.ts";

const countsOf = (text: string): PackedCounts => {
  const counts = new WordCounts();
  const bytes = new TextEncoder().encode(text);
  counts.addDocument(bytes, 0, bytes.length);
  return counts.pack();
};

const wordsOf = ({ bytes, ends, counts }: PackedCounts): { tokens: number[]; count: number }[] =>
  Array.from(ends, (end, word) => ({
    tokens: [...bytes.subarray(ends[word - 1] ?? 0, end)],
    count: counts[word]!,
  }));

/** Training by the definition: count everything again after every merge. */
const trainNaively = (packed: PackedCounts, mergeCount: number): number[] => {
  const words = wordsOf(packed);
  const merges: number[] = [];
  while (merges.length < 2 * mergeCount) {
    const counts = new Map<string, number>();
    for (const { tokens, count } of words)
      for (let at = 1; at < tokens.length; at++) {
        const pair = `${tokens[at - 1]} ${tokens[at]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + count);
      }
    const ranked = [...counts].map(([pair, count]) => {
      const [left = 0, right = 0] = pair.split(" ").map(Number);
      return [left, right, count] as const;
    });
    const best = ranked.toSorted((x, y) => y[2] - x[2] || x[0] - y[0] || x[1] - y[1])[0];
    if (best === undefined || best[2] < 2) break;
    merges.push(best[0], best[1]);
    const joined = createVocabulary(Uint32Array.from(merges)).mergedTokens.at(-1)!;
    for (const word of words)
      for (let at = 0; at + 1 < word.tokens.length; at++)
        if (word.tokens[at] === best[0] && word.tokens[at + 1] === best[1]) word.tokens.splice(at, 2, joined);
  }
  return merges;
};

const vocabSizeOf = (merges: readonly number[]): number =>
  createVocabulary(Uint32Array.from(merges)).vocabSize;

describe("trainBpe", () => {
  it("joins the most frequent pair first, of equals the smaller one", () => {
    const merges = trainBpe(
      countsOf("low low low\nlower lower\nnewest newest newest newest\nwidest widest"),
      262,
    );
    const { bytes, starts } = createVocabulary(merges);
    const tokens = Array.from({ length: 5 }, (_, merge) =>
      Buffer.from(bytes.subarray(starts[256 + merge], starts[257 + merge])).toString(),
    );
    // "es" and "est" 6 times, "lo" and "low" 5, "ew" before "ne" at 4.
    expect(tokens).toEqual(["es", "est", "lo", "low", "ew"]);
  });

  it("equals training by the definition", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c", " "), minLength: 20, maxLength: 300 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (sample, mergeCount) => {
        const naive = trainNaively(countsOf(sample), mergeCount);
        fc.pre(naive.length > 0);
        const merges = [...trainBpe(countsOf(sample), vocabSizeOf(naive))];
        expect(merges).toEqual(naive.slice(0, merges.length));
        expect(vocabSizeOf(merges)).toBe(vocabSizeOf(naive));
      }),
      { numRuns: 200 },
    );
  });

  it("does not depend on the order of words", () => {
    const lines = Array.from(
      { length: 200 },
      (_, index) => `${(index * 7919) % 101} whales of ${index % 13} seas`,
    );
    const merges = trainBpe(countsOf(lines.join("\n")), 320);
    expect(trainBpe(countsOf(lines.toReversed().join("\n")), 320)).toEqual(merges);
    // Golden: corpora already prepared have these token numbers.
    expect(createHash("sha256").update(merges).digest("hex").slice(0, 16)).toBe("6db4975080254475");
  });

  it("refuses a vocabulary that the text cannot fill", () => {
    expect(() => trainBpe(countsOf("abab"), 300)).toThrow(
      "tokenizer.vocabSize must be at most 258 for this little text, got 300 (tokenizer.vocabSize)",
    );
  });
});
