/** @file What memory allows at best: one pass in order, and one in random order. */
import { keyOf, keyedPermutation } from "../../random.ts";
import type { Case } from "./timing.ts";

/** Sum of values at the places that a permutation names, each moved on by `shift` (0 ≤ shift < n) round the circle: every value
 * once, in an order that no cache or prefetcher has seen before when the shift is new. O(n). */
export const gatherSum = (values: Float32Array, permutation: Uint32Array, shift: number): number => {
  const n = values.length;
  let sum = 0;
  for (let at = 0; at < n; at++) {
    const place = permutation[at]! + shift;
    // n when place has passed the end, else 0, without a branch to mispredict.
    sum += values[place - (n & ((n - 1 - place) >> 31))]!;
  }
  return sum;
};

/** Sum of values in order, four at a time, so that no addition waits for the one before it. O(n). */
export const orderedSum = (values: Float32Array): number => {
  const whole = values.length & ~3;
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let at = 0; at < whole; at += 4) {
    first += values[at]!;
    second += values[at + 1]!;
    third += values[at + 2]!;
    fourth += values[at + 3]!;
  }
  let sum = first + second + third + fourth;
  for (let at = whole; at < values.length; at++) sum += values[at]!;
  return sum;
};

/** Floors of work on n numbers: `sum in order` and `random gather`. n at most 2³⁰; 4n bytes. */
export const memoryFloors = (values: Float32Array): Case[] => {
  const n = values.length;
  const permutation = keyedPermutation(keyOf("bench", "", "gather"), n);
  let shift = 0;
  return [
    { name: "sum in order", unit: "rows", work: n, run: () => orderedSum(values) },
    {
      name: "random gather",
      unit: "rows",
      work: n,
      run() {
        shift = (shift + 7919) % n;
        return gatherSum(values, permutation, shift);
      },
    },
  ];
};
