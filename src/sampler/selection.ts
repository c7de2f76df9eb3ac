/** @file Systematic selection: K rows of a window in shuffled order, each with exactly its inclusion probability. */
import { boundedInteger, keyedPermutation, keyOf } from "../random.ts";
import { certain } from "./inclusion.ts";

/** The K chosen rows, in slot order, of a circle of K·2²⁴ units on which row order[0], order[1] … each cover `units` of their own.
 *
 * Slot j takes the row that covers place (start + j·2²⁴) mod K·2²⁴. No row covers more than 2²⁴ units, so none is taken twice;
 * over a uniform start, row i is among the K with probability π_i = units_i/2²⁴, and *every slot* is row i with probability
 * π_i/K (Madow 1949, systematic sampling with unequal probabilities, on a circle). O(n).
 *
 * @param order a permutation of 0 … n−1
 * @param units shape [n], each in 0 … 2²⁴, Σ = K·2²⁴
 * @param start in 0 … K·2²⁴ − 1 */
export const selectRound = (
  order: Uint32Array,
  units: Uint32Array,
  kept: number,
  start: number,
): Uint32Array => {
  const chosen = new Uint32Array(kept);
  const turned = Math.floor(start / certain);
  let slot = turned === 0 ? 0 : kept - turned;
  let ahead = start - turned * certain;
  for (let place = 0; place < order.length; place++) {
    const row = order[place]!;
    ahead -= units[row]!;
    if (ahead >= 0) continue;
    chosen[slot] = row;
    slot = slot + 1 === kept ? 0 : slot + 1;
    ahead += certain;
  }
  return chosen;
};

/** {@link selectRound} with the permutation and the start of one window: keys (seed, domain, pass, window). O(n). */
export const selectWindow = (
  seed: string | number,
  domain: string,
  pass: number,
  window: number,
  units: Uint32Array,
  kept: number,
): Uint32Array => {
  const order = keyedPermutation(keyOf(seed, domain, `rows/${pass}/${window}`), units.length);
  const key = keyOf(seed, domain, `start/${pass}/${window}`);
  const start = boundedInteger(key, 0, kept) * certain + boundedInteger(key, 1, certain);
  return selectRound(order, units, kept, start);
};
