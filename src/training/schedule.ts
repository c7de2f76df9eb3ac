/** @file The learning rate of a step: linear warm-up, then a cosine. */

/** What shapes the learning rate over a run. */
export interface Schedule {
  /** Peak, reached at step `warmupSteps`. */
  readonly learningRate: number;
  readonly warmupSteps: number;
  /** Reached at step `steps` and kept after it; null takes a tenth of the peak, `peak` the peak itself. */
  readonly minLearningRate: number | "peak" | null;
  /** Steps of the whole run. */
  readonly steps: number;
}

/**
 * Learning rate of step t (arXiv:1608.03983 eq. 5, without restarts).
 *
 * t ≤ warmup: peak·t/warmup. After it: min + (peak − min)·(1 + cos(π·u))/2, u = (t − warmup)/(steps − warmup), at most 1.
 * @param step t, from 1
 */
export const learningRateAt = (step: number, schedule: Schedule): number => {
  const { learningRate: peak, warmupSteps, minLearningRate, steps } = schedule;
  if (step <= warmupSteps) return (peak * step) / warmupSteps;
  const least = minLearningRate === "peak" ? peak : (minLearningRate ?? peak / 10);
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
  return least + ((peak - least) * (1 + Math.cos(Math.PI * progress))) / 2;
};
