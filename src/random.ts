/** @file Randomness without hidden state: value = f(key, counter), so that any draw of a run can be made again alone.
 *
 * Threefry-2x32 with 20 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", §3.3).
 * What these functions return belongs to sampling version 1: a change here changes what every saved run goes on to draw.
 */
import { createHash } from "node:crypto";

/** A 64-bit key as two uint32; made by {@link keyOf}. */
export interface Key {
  readonly low: number;
  readonly high: number;
}

/** Key of one purpose: the first 8 bytes, little-endian, of SHA-256('cw1\0' + seed + '\0' + domain + '\0' + purpose), text in UTF-8.
 * Different purposes give unrelated keys; seeds 1 and "1" are one seed. About 2 µs. */
export const keyOf = (seed: string | number, domain: string, purpose: string): Key => {
  const hash = createHash("sha256").update(`cw1\0${seed}\0${domain}\0${purpose}`, "utf8").digest();
  return { low: hash.readUInt32LE(0), high: hash.readUInt32LE(4) };
};

/** Two uint32 from a key and a counter of two uint32: Threefry-2x32-20. */
export const threefry2x32 = (key: Key, counterLow: number, counterHigh: number): [number, number] => {
  const pair = new Uint32Array(2);
  encrypt(key, counterLow, counterHigh, pair, 0);
  return [pair[0]!, pair[1]!];
};

/** Random words `wordStart` (even) onwards of a key, as many as `target` holds: word i is component i mod 2 of
 * threefry2x32(key, ⌊i/2⌋, attempt). Words are i.i.d. uniform over uint32; i below 2^33. O(target). */
export const fillWords = (key: Key, wordStart: number, target: Uint32Array, attempt = 0): void => {
  const pairStart = wordStart / 2;
  const even = target.length & ~1;
  for (let at = 0; at < even; at += 2) encrypt(key, pairStart + at / 2, attempt, target, at);
  if (even < target.length) target[even] = threefry2x32(key, pairStart + even / 2, attempt)[0];
};

/** Uniform integer in [0, bound), number `index` of the key, `bound` in [1, 2^32]: ⌊word·bound / 2^32⌋, drawn again while
 * the product's low half is under 2^32 mod bound (Lemire 2019, arXiv:1805.10941 §4), hence without bias. */
export const boundedInteger = (key: Key, index: number, bound: number): number => {
  const word = threefry2x32(key, Math.floor(index / 2), 0)[index % 2]!;
  return scaleWord(key, index, word, bound);
};

/** Uniform permutation of 0 … n−1, n at most 2^32: Fisher-Yates from the end, place i exchanged with
 * boundedInteger(key, i, i + 1). O(n), measured in bench/sampler. */
export const keyedPermutation = (key: Key, n: number): Uint32Array => {
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  const words = new Uint32Array(Math.min(wordsAtOnce, n));
  for (let chunk = Math.floor((n - 1) / wordsAtOnce); chunk >= 0; chunk--) {
    const start = chunk * wordsAtOnce;
    fillWords(key, start, words);
    for (let i = Math.min(n, start + wordsAtOnce) - 1; i >= start; i--) {
      const j = scaleWord(key, i, words[i - start]!, i + 1);
      const moved = order[i]!;
      order[i] = order[j]!;
      order[j] = moved;
    }
  }
  return order;
};

/** Values 0 … n−1 of a key from the unit normal distribution, as float32: Box-Muller on words 2i and 2i+1,
 * √(−2·ln u)·cos and ·sin of 2π·v, u in (0, 1], so that no value exceeds 6.7 in size. O(n).
 * @param values where they are written, of length n */
export const normal = (
  key: Key,
  n: number,
  values: Float32Array<ArrayBuffer> = new Float32Array(n),
): Float32Array<ArrayBuffer> => {
  const pair = new Uint32Array(2);
  for (let i = 0; i < n; i += 2) {
    encrypt(key, i / 2, 0, pair, 0);
    const radius = Math.sqrt(-2 * Math.log((pair[0]! + 1) / 2 ** 32));
    const angle = (2 * Math.PI * pair[1]!) / 2 ** 32;
    values[i] = radius * Math.cos(angle);
    if (i + 1 < n) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
};

/** Words made ahead of their use in a permutation; no part of its result. Even. */
const wordsAtOnce = 1024;

/** Lemire's step on `word`, which is word `index` at attempt 0. */
const scaleWord = (key: Key, index: number, word: number, bound: number): number => {
  let candidate = word;
  let low = Math.imul(candidate, bound) >>> 0;
  if (low < bound) {
    const rejected = (2 ** 32 - bound) % bound;
    for (let attempt = 1; low < rejected; attempt++) {
      candidate = threefry2x32(key, Math.floor(index / 2), attempt)[index % 2]!;
      low = Math.imul(candidate, bound) >>> 0;
    }
  }
  return highHalf(candidate, bound);
};

/** ⌊word·bound / 2^32⌋; the product itself can exceed 2^53, its two parts cannot. */
const highHalf = (word: number, bound: number): number =>
  bound <= 2 ** 21
    ? Math.floor((word * bound) / 2 ** 32)
    : Math.floor(((word >>> 16) * bound + Math.floor(((word & 0xffff) * bound) / 2 ** 16)) / 2 ** 16);

/** Threefry-2x32-20 of one counter into target[at], target[at + 1]. */
const encrypt = (
  key: Key,
  counterLow: number,
  counterHigh: number,
  target: Uint32Array,
  at: number,
): void => {
  let first = key.low | 0;
  let second = key.high | 0;
  let third = 0x1bd11bda ^ first ^ second;
  let x = (counterLow + first) | 0;
  let y = (counterHigh + second) | 0;
  for (let injection = 1; ; injection += 2) {
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + second) | 0;
    y = (y + third + injection) | 0;
    if (injection === 5) break;
    x = (x + y) | 0;
    y = ((y << 17) | (y >>> 15)) ^ x;
    x = (x + y) | 0;
    y = ((y << 29) | (y >>> 3)) ^ x;
    x = (x + y) | 0;
    y = ((y << 16) | (y >>> 16)) ^ x;
    x = (x + y) | 0;
    y = ((y << 24) | (y >>> 8)) ^ x;
    x = (x + third) | 0;
    y = (y + first + injection + 1) | 0;
    [first, second, third] = [third, first, second];
  }
  target[at] = x;
  target[at + 1] = y;
};
