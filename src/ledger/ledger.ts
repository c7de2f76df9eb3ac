/** @file The ledger of a run: takes losses, keeps them through a power cut, and says what every instance has cost. */
import type { Draws } from "../draws.ts";
import { SamplerError, mustBe } from "../errors.ts";
import type { WindowBlock, WindowStatistics } from "./pages/applied-losses.ts";
import { closeAll } from "./close-all.ts";
import type { LedgerPosition } from "./journal/history.ts";
import { InstanceIndex } from "./pages/instance-index.ts";
import type { Metrics } from "./journal/journal-line.ts";
import { LaggedLosses } from "./pages/lagged-losses.ts";
import { type Lock, acquireLock, readProcessIdentity } from "./lock.ts";
import type { LedgerSetup } from "./ledger-setup.ts";
import { LogWriter } from "./log/log-writer.ts";
import { type RecoveredLedger, type Recovery, recover } from "./recovery.ts";
import { type ReportOutcome, Reports, type StepCommit } from "./reports.ts";
import { resumeLosses } from "./pages/resumed-losses.ts";
import type { Statistic } from "./pages/seen-sums.ts";
import { readSteps } from "./log/segments.ts";

export type { LedgerPosition } from "./journal/history.ts";

/** Size of the live history. */
export interface LedgerTotals {
  /** Rows of committed steps. */
  readonly observations: number;
  /** Instances with at least one applied loss. */
  readonly instances: number;
  /** Bytes of journal and segments, abandoned branches included. */
  readonly bytes: number;
}

interface LedgerParts {
  readonly setup: LedgerSetup;
  readonly recovered: RecoveredLedger;
  readonly losses: LaggedLosses;
  readonly rebuilt: string | null;
  readonly index: InstanceIndex;
  readonly lock: Lock;
}

/** Durable memory of per-instance losses, for one writer.
 *
 * A step passes through it thus: {@link expect} names its rows, {@link report} brings their losses at once or in parts,
 * {@link commit} closes it, {@link durable} says that it survives a power cut, {@link applyThrough} lets it count.
 *
 * | what comes | outcome |
 * |---|---|
 * | a slot for the first time | `accepted` |
 * | duplicate: a slot of an open step again | `duplicate`; the first loss stands |
 * | late: slots of a committed step | `late`; nothing changes |
 * | unknown: a step never expected, a slot ≥ M | SamplerError; nothing changes |
 * | partial: a commit while slots are missing | SamplerError naming the first; report the rest, then commit |
 * | a loss that is not finite, `nonFinite: error` | EngineError; nothing changes, the step stays open |
 * | a loss that is not finite, `nonFinite: mask` | `accepted`; logged with weight 0, pages untouched |
 *
 * After a StorageError nothing more is written, and every later call throws it again. */
export class Ledger {
  readonly recovery: Recovery;
  /** Why pages were rebuilt from the log when opening; null when the checkpoint's were used, or there was nothing to rebuild. */
  readonly rebuilt: string | null;
  readonly #parts: LedgerParts;
  readonly #writer: LogWriter;
  readonly #reports: Reports;
  #step: number;
  #observations: number;

  /** Use {@link openLedger}. */
  constructor(parts: LedgerParts) {
    const { setup, recovered, rebuilt, index } = parts;
    this.#parts = parts;
    this.recovery = recovered.recovery;
    this.rebuilt = rebuilt;
    this.#writer = new LogWriter(setup, recovered);
    this.#reports = new Reports(index, setup.nonFinite ?? "error");
    this.#step = recovered.history.lastStep(recovered.history.branch);
    this.#observations = recovered.history.rowsThrough(recovered.history.branch, this.#step);
  }

  /** Last committed step, 0 before the first. */
  get step(): number {
    return this.#step;
  }

  /** Last step that survives a power cut. */
  get durableStep(): number {
    return this.#writer.durableStep;
  }

  /** Last step whose losses count. */
  get appliedStep(): number {
    return this.#parts.losses.appliedStep;
  }

  /** Size of the live history. */
  get totals(): LedgerTotals {
    const { history, journal } = this.#parts.recovered;
    return {
      observations: this.#observations,
      instances: this.#parts.losses.instances,
      bytes: history.segmentBytes + journal.byteLength,
    };
  }

  /** Names a step's rows before their losses come; any number of steps may be open.
   * @throws {SamplerError} for a committed step, other rows than before, or a row that the corpus does not have. O(M). */
  expect(step: number, draws: Draws): void {
    this.#writer.check();
    this.#reports.free(Math.min(this.durableStep, this.#parts.losses.settledStep));
    this.#reports.expect(step, draws, this.#step);
  }

  /** Takes the losses of slots [firstSlot, firstSlot + losses.length); the table above says what each case does. O(M).
   * @param losses  nats per token, stored as float32
   * @param targets active targets of each row, same shape; 0 where left out */
  report(step: number, losses: ArrayLike<number>, firstSlot = 0, targets?: ArrayLike<number>): ReportOutcome {
    this.#writer.check();
    return this.#reports.report(step, losses, { firstSlot, targets, committed: this.#step });
  }

  /** Closes a complete step and hands it to the disk. Steps are committed in order. Resolves when at most
   * `maxUncommittedSteps` wait for the disk: at once, unless the disk is slower than the run.
   * @param metrics the step's record
   * @throws {SamplerError} when it is not the next step, or not complete
   * @throws {StorageError} when the disk refused this step or one before. O(M). */
  async commit(
    step: number,
    { metrics = {}, ...rest }: StepCommit & { readonly metrics?: Metrics },
  ): Promise<void> {
    this.#writer.check();
    if (step !== this.#step + 1)
      throw new SamplerError(mustBe("the step to commit", `the next one, ${this.#step + 1}`, step), { step });
    const { bytes, columns } = this.#reports.take(step, this.#parts.recovered.history.branch, rest);
    this.#writer.commit(bytes, columns.size, metrics);
    this.#parts.losses.add(columns);
    this.#step = step;
    this.#observations += columns.size;
    const mustBeDurable = step - this.#parts.setup.options.maxUncommittedSteps;
    if (mustBeDurable > this.durableStep) await this.durable(mustBeDurable);
  }

  /** Resolves when `step` is durable.
   * @throws {StorageError} when it never will be */
  durable(step: number): Promise<void> {
    return this.#writer.durable(step);
  }

  /** {@link durable} of the last committed step. */
  flush(): Promise<void> {
    return this.durable(this.#step);
  }

  /** Lets the losses of steps ≤ `step` count; those that do already stay. Call it at every batch t with t − lag − 1, so
   * that what waits in memory stays within the lag.
   * @throws {SamplerError} when `step` is not committed. O(rows). */
  async applyThrough(step: number): Promise<void> {
    this.#writer.check();
    await this.#parts.losses.applyThrough(step);
  }

  /** {@link applyThrough} and the statistics of a window, in one moment: a window opened by batch t passes t − lag − 1 and
   * sees exactly the losses of steps < t − lag.
   * @throws {SamplerError} when `through` is not committed, or later steps count already. O(rows of the window). */
  async statistics(
    blocks: readonly WindowBlock[],
    statistic: Statistic,
    through: number,
  ): Promise<WindowStatistics> {
    this.#writer.check();
    return this.#parts.losses.statistics(blocks, statistic, through);
  }

  /** Where the ledger stands; a checkpoint of the last committed step keeps it. */
  position(): LedgerPosition {
    const { history } = this.#parts.recovered;
    return history.positionOf(history.branch, this.#step)!;
  }

  /** Writes the ledger's part of a checkpoint of the last committed step into an existing folder, each file synced, once
   * that step is durable: pages as of `step` − lag, as a run resumed there needs them. O(bytes of visited pages).
   * @throws {SamplerError} when `step` is not the last committed one
   * @throws {StorageError} when the disk refuses */
  async savePages(folder: string, step: number): Promise<void> {
    if (step !== this.#step)
      throw new SamplerError(mustBe("a checkpoint's step", `the last committed one, ${this.#step}`, step), {
        step,
      });
    await Promise.all([this.durable(step), this.#parts.losses.save(folder, step)]);
  }

  /** Drops the rows of old steps from the log, segment by segment and beside the run, where `ledger.retainSteps` says so.
   * Kept are that many steps, and what resuming from a checkpoint may have to read.
   * @param oldestCheckpoint step of the oldest checkpoint that is kept; null where nothing can be resumed */
  dropOld(oldestCheckpoint: number | null): void {
    this.#writer.dropOld(this.#step, oldestCheckpoint);
  }

  /** Waits for the disk, seals the log to its end, then gives the lock back. Open steps are dropped.
   * @throws {StorageError} when a committed step did not become durable; the lock is given back all the same
   * @throws {LedgerError} when a closed segment was found altered in this run: it could not be sealed */
  async close(): Promise<void> {
    const { losses, recovered, lock } = this.#parts;
    await closeAll([
      () => losses.close(),
      () => this.#writer.close(),
      () => this.#writer.settled(),
      async () => this.#writer.check(),
      () => recovered.journal.close(),
      () => lock.release(),
    ]);
  }
}

/** Opens a run's ledger for writing: takes the lock, recovers what a crash left, goes back to the checkpoint (later steps
 * become an abandoned branch), and has pages ready as of its step − lag.
 * @throws {LedgerError} when another process writes it, it is damaged, behind its checkpoint, or another run's
 * @throws {ConfigError} when emaAlpha or the reference is not that of the run
 * @throws {StorageError} when the disk refuses. O(bytes of the journal), and of the log where pages must be rebuilt. */
export const openLedger = async (setup: LedgerSetup): Promise<Ledger> => {
  const { files, folder, lag, reference, stealLock = false } = setup;
  const origin = { corpus: setup.corpus ?? null, reference: reference?.position ?? null };
  const { emaAlpha, cacheBytes } = setup.options;
  const { position = null, pages = null } = setup.resume ?? {};
  await files.makeFolder(folder);
  const identity = setup.identity ?? (await readProcessIdentity(files));
  const lock = await acquireLock(files, folder, { identity, stealLock });
  const closers = [() => lock.release()];
  try {
    const recovered = await recover({ files, folder, emaAlpha, position, origin });
    closers.unshift(() => recovered.journal.close());
    const { history } = recovered;
    const index = new InstanceIndex(setup.shards);
    const base = { files, folder, history, index, emaAlpha, reference };
    const through = Math.max(0, (position?.step ?? 0) - lag);
    const { store, applied, rebuilt } = await resumeLosses({ ...base, cacheBytes, through, pages });
    closers.unshift(() => store.close());
    const losses = new LaggedLosses({ ...base, store, applied, lag });
    const rest = { branch: history.branch, first: applied.step + 1, last: history.lastStep(history.branch) };
    for await (const observations of readSteps(files, folder, history, rest)) losses.add(observations);
    return new Ledger({ setup, recovered, losses, rebuilt, index, lock });
  } catch (error) {
    await closeAll(closers, { error });
    throw error;
  }
};
