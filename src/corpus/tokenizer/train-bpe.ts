/** @file Byte-pair training: which pairs of tokens to join, the most frequent first  (Sennrich et al. 2016, arXiv:1508.07909 §3.2, over bytes). */
import { ConfigError, mustBe } from "../../errors.ts";
import { PairCounts } from "./pair-counts.ts";
import { PairHeap } from "./pair-heap.ts";
import { TokenWords } from "./token-words.ts";
import type { Merges } from "./vocabulary.ts";
import type { PackedCounts } from "./word-counts.ts";

/** Largest vocabulary: a pair of tokens must fit one exact integer. */
export const largestVocabSize: number = 2 ** 20;

/** A pair must occur this often to become a token. */
const leastCount = 2;

/** Learns merges until there are `vocabSize` tokens: joins the most frequent pair, of equals the one with the smaller left, then right token; counts again.
 * Counts stay current; the heap holds older ones, corrected when they come up. A pair whose bytes are a token already makes that token.
 * @param words     distinct words with counts, in any order: the result does not depend on it
 * @param vocabSize tokens wanted, the 256 bytes and end-of-text included, in [257, {@link largestVocabSize}]
 * @returns the merges, in order
 * @throws {ConfigError} when the text has too few repeated pairs for that many tokens. About O(bytes of distinct words · log). */
export const trainBpe = (words: PackedCounts, vocabSize: number): Merges => {
  const pairs = new PairCounts();
  const tokenWords = new TokenWords(words, pairs);
  const heap = new PairHeap();
  pairs.forEach((left, right, count) => {
    if (count >= leastCount) heap.push(-count, left * largestVocabSize + right);
  });
  const strings = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  const tokenOf = new Map<string, number>();
  const merges: number[] = [];
  while (strings.length < vocabSize - 1) {
    if (heap.size === 0) throw tooLittleText(vocabSize, strings.length + 1);
    const countThen = -heap.leastPriority;
    const key = heap.pop();
    const left = Math.floor(key / largestVocabSize);
    const right = key % largestVocabSize;
    const count = pairs.count(left, right);
    if (count !== countThen) {
      if (count >= leastCount) heap.push(-count, key);
      continue;
    }
    merges.push(left, right);
    const text = strings[left]! + strings[right]!;
    const joined = tokenOf.get(text) ?? strings.push(text) - 1;
    tokenOf.set(text, joined);
    const touched = new Set<number>();
    for (const word of pairs.takeWords(left, right))
      tokenWords.join(word, left, right, joined, (l, r) => touched.add(l * largestVocabSize + r));
    for (const pair of touched) {
      const count = pairs.count(Math.floor(pair / largestVocabSize), pair % largestVocabSize);
      if (count >= leastCount) heap.push(-count, pair);
    }
  }
  return Uint32Array.from(merges);
};

const tooLittleText = (vocabSize: number, possible: number): ConfigError =>
  new ConfigError(mustBe("tokenizer.vocabSize", `at most ${possible} for this little text`, vocabSize), {
    keyPath: "tokenizer.vocabSize",
    hint: `add text, or set tokenizer.vocabSize to ${possible} or less`,
  });
