/** @file What a batch's weights cannot exceed, whatever its losses. */

/** Bounds on the strategy weights q of a batch of M. */
export interface WeightBounds {
  /** Largest over smallest weight: e^{R/r}. */
  readonly maxRatio: number;
  /** Largest M·q: M / (1 + (M − 1)·e^{−R/r}). */
  readonly maxWeightTimesSize: number;
  /** Whether no batch can give a row more than 2/M, the cap that the analysis of arXiv:2502.06733 assumes. */
  readonly capTwoGuaranteed: boolean;
}

/**
 * Bounds on q from the strategy alone (derived here, exact).
 * @param range    R ≥ 0, of `scoreRange`
 * @param inverseR 1/r ≥ 0
 * @param size     M ≥ 1
 */
export const weightBounds = (range: number, inverseR: number, size: number): WeightBounds => {
  const exponent = inverseR === 0 ? 0 : range * inverseR;
  const maxWeightTimesSize = size / (1 + (size - 1) * Math.exp(-exponent));
  return { maxRatio: Math.exp(exponent), maxWeightTimesSize, capTwoGuaranteed: maxWeightTimesSize <= 2 };
};
