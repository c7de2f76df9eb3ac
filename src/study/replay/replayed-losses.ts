/** @file Losses of a log, applied again: pages and sums as the run had them, with its lag, in memory and a scratch file. */
import type { Config } from "../../config/schema.ts";
import type { BlockIndex, BlockRef } from "../../corpus/blocks/block-index.ts";
import type { Files } from "../../files.ts";
import { AppliedLosses, type WindowBlock, type WindowStatistics } from "../../ledger/pages/applied-losses.ts";
import { InstanceIndex } from "../../ledger/pages/instance-index.ts";
import type { Observations } from "../../ledger/log/observations.ts";
import { Page } from "../../ledger/pages/page.ts";
import { PageStore } from "../../ledger/pages/page-store.ts";
import type { ReferenceLosses } from "../../ledger/reference/reference-losses.ts";
import type { Statistic } from "../../ledger/pages/seen-sums.ts";
import type { RecordedRun } from "./recorded-run.ts";

/** What losses are applied with. */
export interface ReplayedLossesSetup {
  readonly files: Files;
  readonly run: Pick<RecordedRun, "manifest" | "blocks">;
  readonly options: Config["ledger"];
  /** Losses that these are compared with, closed by who opened them. */
  readonly reference?: ReferenceLosses | undefined;
  /** A file for pages that the memory has no room for; made when needed, removed at close. */
  readonly scratchPath: string;
}

interface WaitingStep {
  readonly observed: Observations;
  /** Ordinal → loss; made when first asked for. */
  losses?: ReadonlyMap<number, number>;
}

/** The losses of steps, some of which count and the later of which wait. One caller at a time. */
export class ReplayedLosses {
  readonly #blocks: BlockIndex;
  readonly #index: InstanceIndex;
  readonly #store: PageStore;
  readonly #applied: AppliedLosses;
  readonly #waiting: WaitingStep[] = [];

  constructor({ files, run, options, reference, scratchPath }: ReplayedLossesSetup) {
    this.#blocks = run.blocks;
    this.#index = new InstanceIndex(run.manifest.shards);
    this.#store = new PageStore({
      files,
      index: this.#index,
      cacheBytes: options.cacheBytes,
      scratchPath,
      base: null,
      rebuild: async (block) => new Page(this.#index.rowsOf(block)),
    });
    const nothing = { step: 0, domains: {} };
    this.#applied = new AppliedLosses(this.#index, this.#store, options.emaAlpha, nothing, reference);
  }

  /** Takes in the step after the last one; it waits until {@link applyThrough} lets it count. */
  add(observed: Observations): void {
    this.#waiting.push({ observed });
  }

  /** Lets steps ≤ `step` count, as far as they have been added. O(rows). */
  async applyThrough(step: number): Promise<void> {
    while (this.#applied.step < step && this.#waiting.length > 0)
      await this.#applied.apply(this.#waiting.shift()!.observed, Infinity);
  }

  /** Statistics of a window by the steps that count. O(rows). */
  statistics(blocks: readonly WindowBlock[], statistic: Statistic): Promise<WindowStatistics> {
    return this.#applied.statistics(blocks, statistic);
  }

  /** The newest loss of an instance among all steps added, waiting ones included; NaN where there is none. */
  async lastLoss(shard: number, row: number): Promise<number> {
    const ordinal = this.#blocks.ordinalOf(shard, row);
    for (let at = this.#waiting.length - 1; at >= 0; at--) {
      const loss = this.#lossesOf(this.#waiting[at]!).get(ordinal);
      if (loss !== undefined) return loss;
    }
    const block = this.#index.blockOf(shard, row);
    const page = await this.#store.find(block);
    return page?.lastLoss[row - this.#index.firstRowOf(block)] ?? Number.NaN;
  }

  /** Every page, in order of blocks. O(bytes of pages). */
  async *pages(): AsyncGenerator<{ readonly block: BlockRef; readonly page: Page }> {
    for await (const { block, bytes } of this.#store.all()) {
      const ref = this.#blocks.blocks[block]!;
      const words = new Uint32Array(bytes.slice().buffer);
      yield { block: ref, page: new Page(ref.rows, words) };
    }
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  #lossesOf(step: WaitingStep): ReadonlyMap<number, number> {
    const { shard, row, loss } = step.observed;
    return (step.losses ??= new Map(
      Array.from(loss, (value, slot): [number, number] => [
        this.#blocks.ordinalOf(shard[slot]!, row[slot]!),
        value,
      ]).filter(([, value]) => Number.isFinite(value)),
    ));
  }
}
