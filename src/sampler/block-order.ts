/** @file The order in which a pass visits a stream's blocks. */
import { keyedPermutation, keyOf } from "../random.ts";

/** Block numbers 0 … count−1 in the order of one pass: a keyed Fisher-Yates permutation of (seed, domain, pass), made again
 * whenever it is needed and never saved. O(count): 10⁹ instances are some 10⁵ blocks. */
export const blockOrder = (seed: string | number, domain: string, pass: number, count: number): Uint32Array =>
  keyedPermutation(keyOf(seed, domain, `blocks/${pass}`), count);
