/** @file How strong the preference is at each step: 1/r, from 0 (all weights equal) up. */

/** r > 0, or `infinite`: all weights equal. */
export type R = number | "infinite";

/** How r reaches its value. Numbers of steps are counted from `stepBase`. */
export type RSchedule =
  | { readonly kind: "constant" }
  /** Equal weights for `steps` steps, then r (the GPT-2 code of arXiv:2502.06733: 1,000 steps). */
  | { readonly kind: "burnIn"; readonly steps: number; readonly stepBase: 0 | 1 }
  /** `from` for `steps` steps, then r (its LLaMA code: 100 for 2,000 steps counted from 1). */
  | { readonly kind: "holdThenDrop"; readonly steps: number; readonly from: R; readonly stepBase: 0 | 1 }
  /** 1/r moves from 1/from to its value in a straight line, reached after `steps` steps. */
  | { readonly kind: "linear"; readonly steps: number; readonly from: R }
  /** The same along half a cosine wave. */
  | { readonly kind: "cosine"; readonly steps: number; readonly from: R };

/** 1/r, in [0, ∞); 0 for `infinite`. */
export const inverseOf = (r: R): number => (r === "infinite" ? 0 : 1 / r);

/** Fraction of the way from the schedule's start to r that a step has gone, in [0, 1]. */
const progressAt = (schedule: RSchedule, step: number): number => {
  if (schedule.kind === "constant") return 1;
  if (schedule.kind === "burnIn" || schedule.kind === "holdThenDrop")
    return step - 1 + schedule.stepBase < schedule.steps ? 0 : 1;
  const done = Math.min(1, (step - 1) / schedule.steps);
  return schedule.kind === "linear" ? done : (1 - Math.cos(Math.PI * done)) / 2;
};

/**
 * 1/r at a step: 1/from + (1/r − 1/from)·progress. It is 1/r that moves, not r: 1/r scales the scores, and is finite where r is not.
 * `stepBase: 0` holds for exactly `steps` steps; 1 for `steps − 1`, as code does that counts its first step as 1 and compares with `<`.
 * @param r    the value reached in the end
 * @param step from 1
 */
export const inverseRAt = (r: R, schedule: RSchedule, step: number): number => {
  const start = "from" in schedule ? inverseOf(schedule.from) : 0;
  const progress = progressAt(schedule, step);
  return progress === 1 ? inverseOf(r) : start + (inverseOf(r) - start) * progress;
};
