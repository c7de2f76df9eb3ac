/** @file Upkeep of the log beside a run: closed segments are sealed, old ones dropped, one after the other, off the steps' path.
 *
 * A segment's new state counts from the moment its journal line is durable; only then the old file goes. A crash leaves a file
 * too many at most, which the next opening removes. */
import { LedgerError } from "../../errors.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { Log } from "./log.ts";
import { sealSegment } from "./seal-segment.ts";
import { sealedPath, segmentPath } from "./segment-files.ts";

/** What upkeep works on. */
export interface UpkeepSetup extends Log {
  readonly commits: GroupCommit;
  /** Rows of a sealed batch. */
  readonly batchRows: number;
}

/** The writer's upkeep: jobs in the order they came. */
export class Upkeep {
  readonly #setup: UpkeepSetup;
  #jobs: Promise<void> = Promise.resolve();
  #damage: LedgerError | null = null;

  constructor(setup: UpkeepSetup) {
    this.#setup = setup;
  }

  /** Seals a closed segment, all steps of which are durable. */
  seal(segment: number): void {
    this.#add(async () => {
      const { files, folder, commits, batchRows } = this.#setup;
      await commits.append(await sealSegment(this.#setup, segment, batchRows));
      await files.remove(segmentPath(folder, segment));
    });
  }

  /** Drops the sealed segments that hold no step after `through`, abandoned branches' included. */
  drop(through: number): void {
    this.#add(async () => {
      const { files, folder, history, commits } = this.#setup;
      for (const { segment, seal, dropped, lastStep } of history.segments.values()) {
        if (seal === null || dropped || lastStep > through) continue;
        await commits.append({ kind: "drop", segment });
        await files.remove(sealedPath(folder, segment));
      }
    });
  }

  /** Resolves when all jobs are done.
   * @throws {LedgerError} when a closed segment was found altered: it stayed raw, and the run went on */
  async settled(): Promise<void> {
    await this.#jobs;
    if (this.#damage !== null) throw this.#damage;
  }

  #add(job: () => Promise<void>): void {
    this.#jobs = this.#jobs.then(async () => {
      const { commits } = this.#setup;
      if (commits.hasFailed) return;
      try {
        await job();
      } catch (error) {
        // Rows of old steps are not what a run goes on from: it shall not end for them, nor end without a word.
        if (error instanceof LedgerError) this.#damage ??= error;
        else commits.fail(error);
      }
    });
  }
}
