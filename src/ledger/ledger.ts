/** @file What a run asks of its ledger: take losses, keep them, and say what every instance has cost. */
import type { Draws } from "../draws.ts";
import type { Metrics } from "./journal-line.ts";
import type { Statistic, WindowBlock, WindowStatistics } from "./statistics.ts";

/** A place in a ledger's history, as a checkpoint remembers it. */
export interface LedgerPosition {
  /** Branch of the step, from 0. */
  readonly branch: number;
  /** Last committed step; 0 before the first. */
  readonly step: number;
  /** Checksum of that step's line (of the first line at step 0): tells this ledger from another. */
  readonly crc: number;
}

/** What a report did to each of its slots. */
export interface ReportOutcome {
  readonly accepted: number;
  /** Slots reported before: the first loss stands. */
  readonly duplicate: number;
  /** Slots of a step already committed: nothing changes. */
  readonly late: number;
}

/** What goes into the log beside the losses of a step. */
export interface StepCommit {
  /** Shape [M], coefficients of the losses in the step's gradient. */
  readonly weights: ArrayLike<number>;
  /** Shape [M], 0 for a slot that was only scored; all trained when left out. */
  readonly trained?: ArrayLike<number>;
  /** The step's record, e.g. learningRate, gamma, ess, tokens. Numbers that are not finite are written as null. */
  readonly metrics?: Metrics;
}

/** What opening had to do before it could write. */
export interface Recovery {
  /** Step from which writing goes on. */
  readonly lastGoodStep: number;
  /** Paths of the files into which torn ends were set aside; empty after a clean close. */
  readonly setAside: readonly string[];
  /** Branch that was left behind by this opening, or null when none was. */
  readonly abandonedBranch: number | null;
  /** Words on why pages were rebuilt from the log, or null when the checkpoint's were used. */
  readonly rebuilt: string | null;
}

/** Size of the live history. */
export interface LedgerTotals {
  /** Rows in the log, live branch. */
  readonly observations: number;
  /** Instances with at least one applied loss. */
  readonly instances: number;
  /** Bytes of journal and segments that this opening knows of, abandoned branches included. */
  readonly bytes: number;
}

/** Durable memory of per-instance losses; one writer at a time.
 *
 * A step goes through it thus: {@link expect} names its rows, {@link report} brings losses (at once or in parts),
 * {@link commit} closes it, {@link durable} says when it survives a power cut, {@link applyThrough} lets it count.
 *
 * | what comes | outcome |
 * |---|---|
 * | a slot for the first time | accepted |
 * | duplicate: a slot of an open step again | counted as `duplicate`; the first loss stands |
 * | late: a slot of a committed step | counted as `late`; nothing changes |
 * | unknown: a step never expected, or a slot ≥ M | SamplerError; nothing changes |
 * | partial: commit while slots are missing | SamplerError naming the first; report the rest, then commit |
 * | non-finite loss, `nonFinite: error` | EngineError at the report; the slot stays open, the step uncommitted |
 * | non-finite loss, `nonFinite: mask` | accepted; logged with weight 0, pages untouched |
 *
 * After a StorageError nothing more is written: every later call throws it again.
 */
export interface Ledger {
  readonly recovery: Recovery;
  /** Last committed step, 0 before the first. */
  readonly step: number;
  /** Last step that survives a power cut. */
  readonly durableStep: number;
  /** Last step whose losses the pages hold. */
  readonly appliedStep: number;
  /** Names the rows of a step before its losses come; any number of steps may be open.
   * @throws {SamplerError} when the step was committed, or is open with other rows. O(M). */
  expect(step: number, draws: Draws): void;
  /** Losses of slots [firstSlot, firstSlot + losses.length), nats per token; see the table for what each case does.
   * @param targets active targets of each row, same shape as losses; 0 where left out */
  report(
    step: number,
    losses: ArrayLike<number>,
    firstSlot?: number,
    targets?: ArrayLike<number>,
  ): ReportOutcome;
  /** Closes a complete step and hands it to the disk; steps are committed in order. Resolves when at most
   * `maxUncommittedSteps` wait for the disk, which is at once unless the disk is slower than the run. */
  commit(step: number, commit: StepCommit): Promise<void>;
  /** Resolves when `step` is durable.
   * @throws {StorageError} when it never will be. */
  durable(step: number): Promise<void>;
  /** {@link durable} of the last committed step. */
  flush(): Promise<void>;
  /** Lets the losses of steps ≤ `step` count. Call it at every batch t with t − lag − 1, so that what waits stays within
   * the lag; a step already applied changes nothing.
   * @throws {SamplerError} when `step` is not committed. */
  applyThrough(step: number): Promise<void>;
  /** {@link applyThrough} and, in the same moment, the statistics of a window: a window opened by batch t passes t − lag − 1.
   * @throws {SamplerError} when later steps already count, or `through` is not committed. O(rows of the window). */
  statistics(
    blocks: readonly WindowBlock[],
    statistic: Statistic,
    through: number,
  ): Promise<WindowStatistics>;
  /** Where the ledger stands; a checkpoint of the last committed step keeps it. */
  position(): LedgerPosition;
  /** The ledger's part of a checkpoint of `step`: pages as of step − lag, as a run resumed there needs them, written
   * and synced into an existing folder. O(bytes of visited pages).
   * @throws {SamplerError} when `step` is not the last committed one. */
  savePages(folder: string, step: number): Promise<void>;
  totals(): LedgerTotals;
  /** Waits for the disk, then gives the lock back. Open steps are dropped. */
  close(): Promise<void>;
}
