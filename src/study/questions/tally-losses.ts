/** @file Losses counted and summed by domain, about as fast as memory gives them. */

/** Cells of one bucket of steps, by domain: shape [domains]. */
export interface LossTally {
  /** Finite losses. */
  readonly count: Float64Array;
  /** Their sum. */
  readonly sum: Float64Array;
  /** Losses that were not finite. */
  readonly masked: Float64Array;
}

/** Adds the losses of slots [start, end) to a tally, one by one in their order.
 * @returns the first slot whose domain the tally does not have, where the adding ended; `end` if there is none. O(slots). */
export const tallyLosses = (
  tally: LossTally,
  loss: Float32Array,
  domain: Uint16Array,
  start: number,
  end: number,
): number => {
  let at = start;
  while (at < end) {
    at = addFours(tally, loss, domain, at, end);
    // A loss that is not finite, an unknown domain, or the last few.
    for (const last = Math.min(at + 4, end); at < last; at++) {
      const number = domain[at]!;
      if (number >= tally.sum.length) return at;
      addOne(tally, loss[at]!, number);
    }
  }
  return at;
};

const addOne = ({ count, sum, masked }: LossTally, loss: number, domain: number): void => {
  if (Number.isFinite(loss)) {
    count[domain]! += 1;
    sum[domain]! += loss;
  } else masked[domain]! += 1;
};

/** Adds four losses after four, as long as they are finite and of known domains; returns the first slot that was not added.
 *
 * Compiled code looks each array up anew in every turn of a loop, which takes longer than the adding: four in a turn are
 * done in half the time of one in a turn. */
const addFours = (
  { count, sum }: LossTally,
  loss: Float32Array,
  domain: Uint16Array,
  start: number,
  end: number,
): number => {
  const { length } = sum;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const a = domain[at]!;
    const b = domain[at + 1]!;
    const c = domain[at + 2]!;
    const d = domain[at + 3]!;
    const ofA = loss[at]!;
    const ofB = loss[at + 1]!;
    const ofC = loss[at + 2]!;
    const ofD = loss[at + 3]!;
    // A sum of four float32 is finite in float64 exactly when all of them are.
    if (a >= length || b >= length || c >= length || d >= length) break;
    if (!Number.isFinite(ofA + ofB + ofC + ofD)) break;
    count[a]! += 1;
    sum[a]! += ofA;
    count[b]! += 1;
    sum[b]! += ofB;
    count[c]! += 1;
    sum[c]! += ofC;
    count[d]! += 1;
    sum[d]! += ofD;
  }
  return at;
};
