/** @file Losses between commit and effect: they wait until the lag lets them count, and a checkpoint goes back by the lag. */
import { SamplerError, mustBe } from "../../errors.ts";
import type { Files } from "../../files.ts";
import type { AppliedLosses, WindowBlock, WindowStatistics } from "./applied-losses.ts";
import type { History } from "../journal/history.ts";
import type { InstanceIndex } from "./instance-index.ts";
import type { Observations } from "../log/observations.ts";
import type { PageStore } from "./page-store.ts";
import { writePages } from "./saved-pages.ts";
import type { Statistic } from "./seen-sums.ts";

/** What lagged losses are made of. */
export interface LaggedLossesSetup {
  readonly files: Files;
  readonly history: History;
  readonly index: InstanceIndex;
  readonly store: PageStore;
  readonly applied: AppliedLosses;
  readonly lag: number;
  readonly emaAlpha: number;
}

/** Committed losses and the pages they go into. Calls may overlap: each waits for the one before it. */
export class LaggedLosses {
  readonly #setup: LaggedLossesSetup;
  /** Committed steps that do not count yet. */
  readonly #waiting = new Map<number, Observations>();
  #committed: number;
  #free: Promise<unknown> = Promise.resolve();

  constructor(setup: LaggedLossesSetup) {
    this.#setup = setup;
    this.#committed = setup.applied.step;
  }

  /** Last step whose losses count. */
  get appliedStep(): number {
    return this.#setup.applied.step;
  }

  /** Last step whose losses count and are not looked at any more. */
  get settledStep(): number {
    return this.#setup.applied.settledStep;
  }

  /** Instances with at least one loss that counts. */
  get instances(): number {
    return this.#setup.applied.instances;
  }

  /** Takes the next committed step in. */
  add(observations: Observations): void {
    this.#committed++;
    this.#waiting.set(this.#committed, observations);
  }

  /** Lets steps ≤ `step` count.
   * @throws {SamplerError} when `step` is not committed. O(rows). */
  applyThrough(step: number): Promise<void> {
    return this.#inTurn(() => this.#apply(step));
  }

  /** {@link applyThrough}, then the window's statistics.
   * @throws {SamplerError} when `through` is not committed, or later steps count already. O(rows of the window). */
  statistics(
    blocks: readonly WindowBlock[],
    statistic: Statistic,
    through: number,
  ): Promise<WindowStatistics> {
    return this.#inTurn(async () => {
      await this.#apply(through);
      if (this.appliedStep > Math.max(0, through))
        throw new SamplerError(mustBe("the last step that a window sees", String(through), this.appliedStep));
      return this.#setup.applied.statistics(blocks, statistic);
    });
  }

  /** Writes pages as of `step` − lag into a folder, whatever counts by now. O(bytes of visited pages).
   * @param step the last committed one
   * @throws {StorageError} when the disk refuses */
  save(folder: string, step: number): Promise<void> {
    const { applied, store, files, history, index, emaAlpha, lag } = this.#setup;
    return this.#inTurn(async () => {
      const today = applied.step;
      const asOf = Math.min(today, Math.max(0, step - lag));
      while (applied.step > asOf) {
        const undone = applied.step;
        this.#waiting.set(undone, await applied.takeBack());
      }
      const position = history.positionOf(history.branch, asOf)!;
      const { layout } = index;
      const header = { formatVersion: 1, asOf: position, emaAlpha, layout, ...applied.sums } as const;
      try {
        await writePages(files, folder, header, store.all());
      } finally {
        await this.#apply(today);
      }
    });
  }

  /** Waits for calls under way, then closes the pages. */
  async close(): Promise<void> {
    await this.#inTurn(() => this.#setup.store.close());
  }

  async #apply(through: number): Promise<void> {
    if (through > this.#committed)
      throw new SamplerError(
        mustBe("steps whose losses count", `committed, at most ${this.#committed}`, through),
      );
    const { applied, lag } = this.#setup;
    for (let step = applied.step + 1; step <= through; step++) {
      await applied.apply(this.#waiting.get(step)!, this.#committed - lag + 1);
      this.#waiting.delete(step);
    }
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#free.then(act);
    this.#free = result.catch(() => {});
    return result;
  }
}
