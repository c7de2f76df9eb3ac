/** @file The writer of log and journal: steps on their way to the disk, and the upkeep of the segments they leave behind. */
import { GroupCommit, defaultSegmentBytes } from "./group-commit.ts";
import type { Metrics } from "../journal/journal-line.ts";
import type { LedgerSetup, LogCut } from "../ledger-setup.ts";
import type { RecoveredLedger } from "../recovery.ts";
import { sealedBatchRows } from "./seal-segment.ts";
import { Upkeep } from "./upkeep.ts";

const usualCut: LogCut = { segmentBytes: defaultSegmentBytes, batchRows: sealedBatchRows, sealed: true };

/** Writes committed steps and closes, seals and drops segments. Segments that earlier writers left raw are sealed first. */
export class LogWriter {
  readonly #setup: LedgerSetup;
  readonly #commits: GroupCommit;
  readonly #upkeep: Upkeep;

  constructor(setup: LedgerSetup, recovered: RecoveredLedger) {
    this.#setup = setup;
    const { segmentBytes, batchRows, sealed }: LogCut = { ...usualCut, ...setup.cut };
    const onClosed = (segment: number): void => {
      if (sealed) this.#upkeep.seal(segment);
    };
    this.#commits = new GroupCommit({ ...setup, ...setup.options, ...recovered, segmentBytes, onClosed });
    this.#upkeep = new Upkeep({ ...setup, history: recovered.history, commits: this.#commits, batchRows });
    for (const { segment, seal } of recovered.history.segments.values()) if (seal === null) onClosed(segment);
  }

  /** Last step whose line is on the disk. */
  get durableStep(): number {
    return this.#commits.durableStep;
  }

  /** Throws the error after which nothing is written any more. */
  check(): void {
    this.#commits.check();
  }

  /** Queues the step after the last one. O(bytes) for the checksum; writing happens off this call. */
  commit(batch: Uint8Array, rows: number, metrics: Metrics): void {
    this.#commits.commit(batch, rows, metrics);
  }

  /** Resolves when `step` is durable.
   * @throws {StorageError} when the disk refused this step or one before */
  durable(step: number): Promise<void> {
    return this.#commits.durable(step);
  }

  /** Drops the segments whose steps `ledger.retainSteps` no longer keeps, and no resumption may have to read.
   * @param step the last committed one
   * @param oldestCheckpoint step of the oldest checkpoint; null where nothing can be resumed */
  dropOld(step: number, oldestCheckpoint: number | null): void {
    const { options, lag } = this.#setup;
    if (options.retainSteps === null) return;
    // A checkpoint's pages may lack the losses of its last lag + 1 steps.
    this.#upkeep.drop(Math.min(step - options.retainSteps, (oldestCheckpoint ?? step) - lag - 1));
  }

  /** Writes what waits and closes the last segment. */
  close(): Promise<void> {
    return this.#commits.close();
  }

  /** Resolves when all closed segments are sealed, after {@link close} the last one too.
   * @throws {LedgerError} when one was found altered: it stayed raw */
  settled(): Promise<void> {
    return this.#upkeep.settled();
  }
}
