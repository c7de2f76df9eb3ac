/** @file Encoding: bytes to tokens by the merges learned, in the order they were learned. */
import { PairHeap } from "./pair-heap.ts";
import { PairTable } from "./pair-table.ts";
import { wordEnd } from "./pre-split.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { WordTable } from "./word-table.ts";

/** Words longer than this are rarely seen twice and not remembered. */
const longestKnownWord = 48;
/** Words remembered before starting over: about 6 MB. */
const mostKnownWords = 1 << 17;

/** What tokens are written to. */
export type TokenArray = Uint16Array | Uint32Array;

/** Writes the tokens of the document at [start, end) into `target` from `at` on, which needs room for end − start of them, and returns the position behind the last.
 * Per word: of all neighbours, join the pair learned first, leftmost first, until none was learned. End-of-text never comes out of text. About O(end − start). */
export type Encode = (
  bytes: Uint8Array,
  start: number,
  end: number,
  target: TokenArray,
  at: number,
) => number;

/** A fast encoder: words seen before are looked up, others are merged with a heap, O(word · log word).
 * Keeps a cache of words and is for one thread. */
export const createEncoder = (vocabulary: Vocabulary): Encode => {
  if (vocabulary.merges.length === 0) return encodeBytes;
  const mergeWord = createWordMerger(vocabulary);
  let known = new WordTable();
  let tokens = new Uint32Array(1 << 16);
  let ends = new Uint32Array(mostKnownWords + 1);

  const remember = (bytes: Uint8Array, start: number, end: number, word: number): void => {
    const from = word === 0 ? 0 : ends[word - 1]!;
    if (from + longestKnownWord > tokens.length) {
      const wider = new Uint32Array(2 * tokens.length);
      wider.set(tokens);
      tokens = wider;
    }
    ends[word] = mergeWord(bytes, start, end, tokens, from);
  };

  return (bytes, start, end, target, at) => {
    let out = at;
    for (let from = start; from < end;) {
      const next = wordEnd(bytes, from, end);
      if (next - from === 1) target[out++] = bytes[from]!;
      else if (next - from > longestKnownWord) out = mergeWord(bytes, from, next, target, out);
      else {
        if (known.size === mostKnownWords) known = new WordTable();
        const size = known.size;
        const word = known.intern(bytes, from, next);
        if (word === size) remember(bytes, from, next, word);
        const last = ends[word]!;
        for (let token = word === 0 ? 0 : ends[word - 1]!; token < last; token++)
          target[out++] = tokens[token]!;
      }
      from = next;
    }
    return out;
  };
};

const encodeBytes: Encode = (bytes, start, end, target, at) => {
  target.set(bytes.subarray(start, end), at);
  return at + end - start;
};

/** Merges one word. The word is a linked list over its bytes' places; the heap holds (merge, place of the left token), some of them outdated. */
const createWordMerger = (vocabulary: Vocabulary): Encode => {
  const { merges, mergedTokens } = vocabulary;
  const mergeOf = new PairTable(mergedTokens.length);
  for (let merge = 0; merge < mergedTokens.length; merge++)
    mergeOf.intern(merges[2 * merge]!, merges[2 * merge + 1]!);
  const heap = new PairHeap();
  let token = new Int32Array(64);
  let next = new Int32Array(64);
  let previous = new Int32Array(64);

  const mergeAt = (place: number, length: number): number =>
    next[place]! < length ? mergeOf.find(token[place]!, token[next[place]!]!) : -1;
  const offer = (place: number, length: number): void => {
    const merge = mergeAt(place, length);
    if (merge >= 0) heap.push(merge, place);
  };

  return (bytes, start, end, target, at) => {
    const length = end - start;
    if (length > token.length) {
      token = new Int32Array(2 * length);
      next = new Int32Array(2 * length);
      previous = new Int32Array(2 * length);
    }
    for (let place = 0; place < length; place++) {
      token[place] = bytes[start + place]!;
      next[place] = place + 1;
      previous[place] = place - 1;
    }
    for (let place = 0; place + 1 < length; place++) offer(place, length);
    while (heap.size > 0) {
      const merge = heap.leastPriority;
      const place = heap.pop();
      if (token[place]! < 0 || mergeAt(place, length) !== merge) continue;
      const joined = next[place]!;
      token[place] = mergedTokens[merge]!;
      token[joined] = -1;
      const follower = next[joined]!;
      next[place] = follower;
      if (follower < length) previous[follower] = place;
      offer(place, length);
      if (previous[place]! >= 0) offer(previous[place]!, length);
    }
    let out = at;
    for (let place = 0; place < length; place = next[place]!) target[out++] = token[place]!;
    return out;
  };
};
