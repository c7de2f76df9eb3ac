/** @file Rows of the log as a person asks for them: all visits of one instance, or the batch of one step. */
import type { Metrics } from "../../ledger/journal/journal-line.ts";
import type { Observations } from "../../ledger/log/observations.ts";
import type { Instance } from "./instance-name.ts";
import { type RecordedRun, checkStep } from "./recorded-run.ts";

/** What a step did with an instance. */
export interface RecordedRow extends Instance {
  readonly step: number;
  readonly slot: number;
  /** Domain number. */
  readonly domain: number;
  /** Nats per token. */
  readonly loss: number;
  /** Active targets. */
  readonly targets: number;
  readonly probability: number;
  readonly base: number;
  /** Coefficient of the loss in the step's gradient. */
  readonly weight: number;
  /** False where it was only scored. */
  readonly trained: boolean;
}

const rowIn = (rows: Observations, slot: number): RecordedRow => ({
  step: rows.step[slot]!,
  slot,
  shard: rows.shard[slot]!,
  row: rows.row[slot]!,
  domain: rows.domain[slot]!,
  loss: rows.loss[slot]!,
  targets: rows.targets[slot]!,
  probability: rows.probability[slot]!,
  base: rows.base[slot]!,
  weight: rows.weight[slot]!,
  trained: (rows.trained[slot >> 3]! & (1 << (slot & 7))) !== 0,
});

/** Visits of an instance on the run's branch, in order: its trajectory.
 * @param onStep called after every step; may throw to end the work
 * @throws {LedgerError} where the log is damaged. O(rows of the log); memory follows the visits. */
export const visitsOf = async (
  { ledger }: RecordedRun,
  { shard, row }: Instance,
  onStep?: (done: number) => void,
): Promise<RecordedRow[]> => {
  const visits: RecordedRow[] = [];
  let done = 0;
  for await (const rows of ledger.observations()) {
    for (let slot = rows.row.indexOf(row); slot >= 0; slot = rows.row.indexOf(row, slot + 1))
      if (rows.shard[slot] === shard) visits.push(rowIn(rows, slot));
    onStep?.((done += 1));
  }
  return visits;
};

/** A step as the run did it. */
export interface RecordedBatch {
  readonly step: number;
  /** The step's record in the journal: learningRate, gamma, rho, ess … */
  readonly metrics: Metrics;
  /** Slot order. */
  readonly rows: readonly RecordedRow[];
}

/** The batch of a step.
 * @throws {ConfigError} for a step that the run does not have
 * @throws {LedgerError} where the log is damaged. O(bytes of the journal up to the step + M). */
export const batchOf = async (run: RecordedRun, step: number): Promise<RecordedBatch> => {
  checkStep(run, step, 1);
  const rows: RecordedRow[] = [];
  for await (const observed of run.ledger.observations(step, step + 1))
    for (let slot = 0; slot < observed.size; slot++) rows.push(rowIn(observed, slot));
  let metrics: Metrics = {};
  for await (const line of run.ledger.steps())
    if (line.step === step) {
      ({ metrics } = line);
      break;
    }
  return { step, metrics, rows };
};
