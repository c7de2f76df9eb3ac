/** @file Which domain fills each slot: earliest pseudo-deadline first, so that shares hold at every moment and not only on average. */

/** Parts that the weights of all domains are divided into. */
export const wholeParts: number = 2 ** 32;

/** Weights as integer parts that sum to 2³², by largest remainder, equal remainders in order; a positive weight has one part at least.
 * @param weights shape [D], finite and ≥ 0, one positive at least. O(D log D). */
export const quantiseWeights = (weights: readonly number[]): number[] => {
  const largest = Math.max(...weights);
  const sum = weights.reduce((total, weight) => total + weight / largest, 0);
  const exact = weights.map((weight) => (weight / largest / sum) * wholeParts);
  const parts = exact.map((share, domain) => Math.max(weights[domain]! > 0 ? 1 : 0, Math.floor(share)));
  const byRemainder = exact
    .map((share, domain) => ({ domain, remainder: share - parts[domain]! }))
    .filter(({ domain }) => weights[domain]! > 0)
    .toSorted((a, b) => b.remainder - a.remainder || a.domain - b.domain);
  let missing = wholeParts - parts.reduce((total, part) => total + part, 0);
  for (let next = 0; missing > 0; next = (next + 1) % byRemainder.length, missing--)
    parts[byRemainder[next]!.domain]!++;
  // Only weights under one part, raised to it, can leave too many: the heaviest domain pays.
  parts[parts.indexOf(Math.max(...parts))]! += missing;
  return parts;
};

/** The domain of the next slot: among those whose slot is released, the one whose slot is due first; ties in order.
 *
 * Slot j of weight w is released at ⌊(j−1)/w⌋ and due at ⌈j/w⌉ (Baruah et al. 1996, proportionate progress; earliest pseudo-deadline
 * first). With credit_d = slots so far · parts_d − slots of d · 2³², which stays small where those products would not, it is released
 * when credit + parts > 0 and due ⌈(2³² − credit)/parts⌉ slots from now. While parts are constant from credits of 0 on,
 * |credit| < 2³²: realised and requested differ by less than one slot.
 *
 * @param parts   shape [D], from {@link quantiseWeights}
 * @param credits shape [D], integers of 2⁻³² slots, Σ = 0; brought up to date in place
 * @returns a number in 0 … D−1 with parts > 0. O(D). */
export const nextDomain = (parts: ArrayLike<number>, credits: Float64Array): number => {
  let chosen = -1;
  let earliest = Infinity;
  for (let domain = 0; domain < parts.length; domain++) {
    const part = parts[domain]!;
    const credit = credits[domain]!;
    credits[domain] = credit + part;
    if (part === 0 || credit + part <= 0) continue;
    const due = Math.ceil((wholeParts - credit) / part);
    if (due >= earliest) continue;
    earliest = due;
    chosen = domain;
  }
  credits[chosen]! -= wholeParts;
  return chosen;
};
