/** @file Which learning rate served best: strategies are compared fairly only with each at its own. */
import type { ComparedRun } from "./compared-run.ts";

/** The key whose values are compared within each group. */
export const rateKey = "training.learningRate";

/** A run's varied keys but the learning rate, as one text: equal for runs of one group. */
export const groupOf = ({ varied }: Pick<ComparedRun, "varied">): string =>
  JSON.stringify(Object.entries(varied).filter(([keyPath]) => keyPath !== rateKey));

/** Whether a run beats another: it reached the target in fewer steps, or at all; else by its last held-out loss. */
const beats = (a: ComparedRun, b: ComparedRun): boolean => {
  const [stepsA, stepsB] = [a.stepsToTarget ?? Infinity, b.stepsToTarget ?? Infinity];
  if (stepsA !== stepsB) return stepsA < stepsB;
  return (a.heldOutLoss ?? Infinity) < (b.heldOutLoss ?? Infinity);
};

/** Marks the best learning rate of each group, the first of equals; nothing where fewer than two rates were compared, or all
 * diverged. O(runs²). */
export const markBestRates = (runs: readonly ComparedRun[]): ComparedRun[] => {
  const rates = new Set(runs.map(({ varied }) => varied[rateKey]));
  if (rates.size < 2) return runs.map((run) => ({ ...run, bestRate: null }));
  return runs.map((run) => {
    const group = runs.filter((other) => groupOf(other) === groupOf(run));
    const best = group.reduce((leader, other) => (beats(other, leader) ? other : leader));
    return { ...run, bestRate: run === best && run.heldOutLoss !== null };
  });
};
