/** @file One run of a comparison in numbers: how far it came, and what its weights did on the way. */
import type { Evaluation } from "../../training/evaluation.ts";

/** Record of a step, as in the ledger's journal. */
export type StepRecord = Readonly<Record<string, number>>;

/** A run in numbers. What its weights did is counted over the steps up to the target; over all where it was not reached. */
export interface ComparedRun {
  /** Varied keys and their checked values. */
  readonly varied: Readonly<Record<string, unknown>>;
  /** Steps done: all, unless losses stopped being numbers. */
  readonly steps: number;
  /** Whether losses or gradient stopped being finite. */
  readonly diverged: boolean;
  /** Step of the first evaluation at or under the target; null when there was none, or no target. */
  readonly stepsToTarget: number | null;
  /** Held-out loss of the last evaluation, mean over domains, nats; null where it is none. */
  readonly heldOutLoss: number | null;
  /** Mean ρ: what the weights did to the learning rate. */
  readonly meanRho: number;
  /** Mean γ, nats. */
  readonly meanGamma: number;
  /** Least effective sample size of a batch. */
  readonly minEss: number;
  /** Largest M·w_max. */
  readonly maxWeightTimesSize: number;
  /** Fraction of steps whose M·w_max kept the cap 2 of the theory (arXiv:2502.06733). */
  readonly withinCap: number;
  /** Whether its learning rate is the best tried with its other keys; null when no rates were compared. */
  readonly bestRate: boolean | null;
}

const weightCap = 2;

/** Mean held-out loss over domains, each counting the same; NaN without any. */
const lossOf = ({ heldOut }: Evaluation): number => {
  const results = Object.values(heldOut);
  return results.reduce((sum, { loss }) => sum + loss, 0) / results.length;
};

/** A run's numbers from its records.
 * @param records of steps 1, 2, …
 * @param target  held-out loss to reach, nats. O(steps). */
export const describeRun = (
  records: readonly StepRecord[],
  evaluations: readonly Evaluation[],
  target: number | undefined,
): Omit<ComparedRun, "varied" | "diverged" | "bestRate"> => {
  const reached = evaluations.find((evaluation) => target !== undefined && lossOf(evaluation) <= target);
  const counted = records.slice(0, reached?.step ?? records.length);
  const column = (name: string): number[] => counted.map((record) => record[name] ?? Number.NaN);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const extreme = (values: readonly number[], of: (a: number, b: number) => number): number =>
    values.reduce((a, b) => of(a, b), values[0] ?? Number.NaN);
  const largest = column("maxWeightTimesSize");
  const last = evaluations.at(-1);
  const heldOutLoss = last === undefined ? Number.NaN : lossOf(last);
  return {
    steps: records.length,
    stepsToTarget: reached?.step ?? null,
    heldOutLoss: Number.isFinite(heldOutLoss) ? heldOutLoss : null,
    meanRho: mean(column("rho")),
    meanGamma: mean(column("gamma")),
    minEss: extreme(column("ess"), Math.min),
    maxWeightTimesSize: extreme(largest, Math.max),
    withinCap: mean(largest.map((value) => (value <= weightCap ? 1 : 0))),
  };
};
