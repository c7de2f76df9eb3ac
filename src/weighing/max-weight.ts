/** @file A cap on the largest weight. */

/** Sums of all items from each index on, added smallest first. Shape [M + 1]. */
const suffixSums = (descending: Float64Array): Float64Array => {
  const sums = new Float64Array(descending.length + 1);
  for (let i = descending.length - 1; i >= 0; i--) sums[i] = sums[i + 1]! + descending[i]!;
  return sums;
};

/**
 * Weights with none above `cap`: what is cut off goes to the others in proportion, again while one exceeds it (water-filling).
 * Once all positive weights sit at the cap, the zero ones share what is left. Order is kept. O(M log M).
 * @param weights shape [M], ≥ 0, Σ = 1
 * @param cap     ≥ 1/M
 * @returns shape [M], Σ = 1, each ≤ cap
 */
export const withMaxWeight = (weights: Float64Array, cap: number): Float64Array => {
  if (weights.every((weight) => weight <= cap)) return weights;
  const descending = weights.toSorted().toReversed();
  const sums = suffixSums(descending);
  const free = (capped: number): number => Math.max(0, 1 - capped * cap);
  let capped = 0;
  // Divided before they are scaled: what is left below the cap may be subnormal.
  while ((descending[capped]! / sums[capped]!) * free(capped) > cap) capped++;
  const threshold = capped === 0 ? Infinity : descending[capped - 1]!;
  const mass = sums[capped]!;
  const share = free(capped) / Math.max(1, descending.length - capped);
  return weights.map((weight) => {
    if (weight >= threshold) return cap;
    return Math.min(cap, mass === 0 ? share : (weight / mass) * free(capped));
  });
};
