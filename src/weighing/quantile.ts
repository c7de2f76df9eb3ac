/** @file Quantiles of a batch. */

/**
 * The value that a fraction of the batch lies below, between neighbours in a straight line (Hyndman & Fan's type 7, NumPy's default).
 * @param ascending shape [M], M ≥ 1
 * @param fraction  in [0, 1]
 */
export const quantileOf = (ascending: Float64Array, fraction: number): number => {
  const place = fraction * (ascending.length - 1);
  const below = Math.floor(place);
  const low = ascending[below]!;
  const high = ascending[Math.min(below + 1, ascending.length - 1)]!;
  return low + (high - low) * (place - below);
};
