/** @file Where a row's number of active targets enters its weight, for batches of ragged lengths. */

/** `none`: nowhere; `global`: in proportion; `gpt2Local`: in proportion within each rank. */
export type LengthMode = "none" | "gpt2Local" | "global";

const sumBy = (values: Float64Array, groups: ArrayLike<number>): Map<number, number> => {
  const sums = new Map<number, number>();
  values.forEach((value, i) => sums.set(groups[i]!, (sums.get(groups[i]!) ?? 0) + value));
  return sums;
};

/**
 * Strategy weights with lengths counted.
 * global: q·n / Σ(q·n), so that with uniform q each token counts the same.
 * gpt2Local: b·q·n / Σ_rank n, b the rank's rows, as in the GPT-2 code of arXiv:2502.06733: Σ is 1 only when lengths are equal.
 * Both give back q when lengths are equal. O(M).
 * @param q       shape [M]
 * @param targets shape [M], active targets a row, > 0
 * @param ranks   shape [M], the rank that holds each row
 * @returns shape [M]
 */
export const withLengths = (
  q: Float64Array,
  targets: Float64Array,
  ranks: ArrayLike<number>,
  mode: LengthMode,
): Float64Array => {
  if (mode === "none") return q;
  if (mode === "global") {
    const total = q.reduce((sum, weight, i) => sum + weight * targets[i]!, 0);
    return q.map((weight, i) => (weight * targets[i]!) / total);
  }
  const rows = sumBy(new Float64Array(q.length).fill(1), ranks);
  const tokens = sumBy(targets, ranks);
  return q.map((weight, i) => (rows.get(ranks[i]!)! * weight * targets[i]!) / tokens.get(ranks[i]!)!);
};

/** Rank of each of M rows: rank r of W holds [⌊r·M/W⌋, ⌊(r+1)·M/W⌋). Shape [M]. */
export const rankOfRows = (size: number, world: number): Uint32Array => {
  const ranks = new Uint32Array(size);
  for (let rank = 0; rank < world; rank++)
    ranks.fill(rank, Math.floor((rank * size) / world), Math.floor(((rank + 1) * size) / world));
  return ranks;
};
