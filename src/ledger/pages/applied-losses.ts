/** @file What the losses applied so far say: pages and domain sums, moved forward a step at a time, and back within the lag. */
import { SamplerError, mustBe } from "../../errors.ts";
import { DomainSums } from "./domain-sums.ts";
import type { InstanceIndex } from "./instance-index.ts";
import type { Observations } from "../log/observations.ts";
import { type Page, pageWords } from "./page.ts";
import type { PageStore } from "./page-store.ts";
import { type ReferenceLosses, excessesOf } from "../reference/reference-excess.ts";
import { type BlockRun, RowsByBlock, type Visits } from "./rows-by-block.ts";
import type { PagesHeader } from "./saved-pages.ts";
import { visitRows } from "./visit-rows.ts";
import { type SeenMean, SeenSums, type Statistic } from "./seen-sums.ts";

/** A block of a window: `rows` rows from `firstRow` of a shard, as the manifest cuts it. */
export interface WindowBlock {
  readonly shard: number;
  readonly firstRow: number;
  readonly rows: number;
}

/** Statistics of a window's rows; with a reference, their excess over it. */
export interface WindowStatistics {
  /** Shape [n], rows in block order, nats per token; NaN for a row never seen, here or by the reference. */
  readonly values: Float32Array;
  /** One for each block, in the order asked. */
  readonly blocks: readonly SeenMean[];
  /** Of the whole domain that the first block's shard belongs to: a window lies in one domain. */
  readonly domain: SeenMean;
}

/** How to take a step's losses back. */
interface Undo {
  readonly observations: Observations;
  /** Shape [M]; −1 where the slot changed nothing. */
  readonly block: Int32Array;
  /** Shape [M · 7], each row as it was. */
  readonly before: Uint32Array;
}

/** Pages and sums as of one step. One caller at a time: calls must not overlap. */
export class AppliedLosses {
  readonly #index: InstanceIndex;
  readonly #store: PageStore;
  readonly #rows: RowsByBlock;
  readonly #emaAlpha: number;
  readonly #reference: ReferenceLosses | undefined;
  readonly #sums: DomainSums;
  readonly #excess: DomainSums;
  readonly #undo = new Map<number, Undo>();
  #step: number;
  /** Slots of the step after it that count already: a batch of the log may end within a step. */
  #begun = 0;

  /** @param from the step and sums that the store's pages are of
   * @param reference losses that these are compared with */
  constructor(
    index: InstanceIndex,
    store: PageStore,
    emaAlpha: number,
    from: { readonly step: number } & Pick<PagesHeader, "domains" | "excess">,
    reference?: ReferenceLosses,
  ) {
    this.#index = index;
    this.#store = store;
    this.#rows = new RowsByBlock(index);
    this.#emaAlpha = emaAlpha;
    this.#step = from.step;
    this.#reference = reference;
    this.#sums = new DomainSums(from.domains);
    this.#excess = new DomainSums(from.excess?.domains);
  }

  /** Last applied step. */
  get step(): number {
    return this.#step;
  }

  /** Last step that can not be taken back. */
  get settledStep(): number {
    return Math.min(this.#step, ...[...this.#undo.keys()].map((step) => step - 1));
  }

  /** Instances with at least one applied loss. */
  get instances(): number {
    return this.#sums.seen;
  }

  /** Plain data of the domain sums. */
  get sums(): Pick<PagesHeader, "domains" | "excess"> {
    const domains = this.#sums.save();
    if (this.#reference === undefined) return { domains };
    return { domains, excess: { over: this.#reference.position, domains: this.#excess.save() } };
  }

  /** Applies the step after the last one, in slot order; a loss that is not finite changes nothing. O(M).
   * @param undoFrom steps before it cannot be taken back any more
   * @throws {StorageError} when pages cannot be read or written; they are of no use then */
  async apply(observations: Observations, undoFrom: number): Promise<void> {
    const { size } = observations;
    const step = this.#step + 1;
    const undo =
      step < undoFrom
        ? null
        : { observations, block: new Int32Array(size).fill(-1), before: new Uint32Array(pageWords * size) };
    await this.#visitAll(observations, this.#begun, { undo, sums: true });
    this.#step = step;
    this.#begun = 0;
    if (undo !== null) this.#undo.set(step, undo);
    for (const known of this.#undo.keys()) if (known < undoFrom) this.#undo.delete(known);
  }

  /** Applies the steps from the first on up to `through`, as batches that need not end where steps do; none can be taken back.
   * What came before a failure of the batches counts, and {@link apply} goes on behind it. O(rows + pages).
   * @throws what the batches throw
   * @throws {StorageError} as {@link apply} does */
  async rebuild(batches: AsyncIterable<Visits>, through: number): Promise<void> {
    try {
      for await (const rows of batches) {
        await this.#visitAll(rows, 0, { undo: null, sums: false });
        const last = rows.step[rows.size - 1]!;
        const first = rows.step.indexOf(last);
        const isContinued = first === 0 && last === this.#step + 1;
        this.#begun = rows.size - first + (isContinued ? this.#begun : 0);
        this.#step = last - 1;
      }
      this.#step = Math.max(this.#step, through);
      this.#begun = 0;
    } finally {
      await this.#sumUp();
    }
  }

  /** Takes the last step back, bit for bit, and returns it to be applied again. O(M).
   * @throws {SamplerError} when that is further back than was announced */
  async takeBack(): Promise<Observations> {
    const undo = this.#undo.get(this.#step);
    if (undo === undefined)
      throw new SamplerError("pages must be asked for within the lag", { step: this.#step });
    const { observations, block, before } = undo;
    for (let slot = observations.size - 1; slot >= 0; slot--) {
      const number = block[slot]!;
      if (number < 0) continue;
      const page = await this.#store.fetch(number);
      const row = observations.row[slot]! - this.#index.firstRowOf(number);
      const reference = await this.#reference?.lossesOf(number);
      const domain = observations.domain[slot]!;
      this.#include(domain, page, row, -1, reference);
      page.putRow(row, before, pageWords * slot);
      this.#include(domain, page, row, 1, reference);
      this.#store.keep(number, page);
    }
    await this.#store.settle();
    this.#undo.delete(this.#step);
    this.#step--;
    return observations;
  }

  /** Statistics of a window as of the last applied step. O(rows).
   * @throws {SamplerError} for a block that the corpus does not have */
  async statistics(blocks: readonly WindowBlock[], statistic: Statistic): Promise<WindowStatistics> {
    const values = new Float32Array(blocks.reduce((rows, block) => rows + block.rows, 0)).fill(Number.NaN);
    const means: SeenMean[] = [];
    let at = 0;
    for (const { shard, firstRow, rows } of blocks) {
      const number = this.#index.blockOf(shard, firstRow);
      if (this.#index.firstRowOf(number) !== firstRow || this.#index.rowsOf(number) !== rows)
        throw new SamplerError(
          mustBe("a window's block", "one of the manifest's", `rows ${firstRow} to ${firstRow + rows - 1}`),
        );
      const page = await this.#store.find(number);
      const sums = new SeenSums();
      if (page !== null) {
        const reference = await this.#reference?.lossesOf(number);
        values.set(reference ? excessesOf(page[statistic], reference) : page[statistic], at);
        for (let row = 0; row < rows; row++) sums.include(page, row, 1, reference);
      }
      means.push(sums.meanOf(statistic));
      at += rows;
    }
    const domain = this.#index.domainOf(blocks[0]?.shard ?? 0);
    const sums = this.#reference === undefined ? this.#sums : this.#excess;
    return { values, blocks: means, domain: sums.meanOf(domain, statistic) };
  }

  /** Visits the rows from slot `from` on, block by block: in the order of slots for each instance, and no order of blocks
   * changes a page or a sum. */
  async #visitAll(
    visits: Visits,
    from: number,
    { undo, sums }: { readonly undo: Undo | null; readonly sums: boolean },
  ): Promise<void> {
    for (const run of this.#rows.sort(visits, from)) {
      const cached = this.#store.cached(run.block);
      const page = cached ?? (await this.#store.fetch(run.block));
      const reference = sums ? this.#reference && (await this.#reference.lossesOf(run.block)) : undefined;
      if (undo !== null) this.#note(page, visits, run, undo);
      if (reference === undefined) this.#visit(page, run, sums);
      else this.#visitBeside(page, visits, run, reference);
      this.#store.keep(run.block, page);
      if (cached === undefined) await this.#store.settle();
    }
  }

  /** Notes rows as they are, one that comes twice with its state before both. */
  #note(page: Page, { row }: Visits, run: BlockRun, undo: Undo): void {
    const firstRow = this.#index.firstRowOf(run.block);
    for (const slot of this.#rows.slotsOf(run)) {
      undo.block[slot] = run.block;
      page.takeRow(row[slot]! - firstRow, undo.before, pageWords * slot);
    }
  }

  #visit(page: Page, run: BlockRun, sums: boolean): void {
    const how = { firstRow: this.#index.firstRowOf(run.block), alpha: this.#emaAlpha };
    visitRows(page, this.#rows, run, how, sums ? this.#sums.of(this.#index.domainOfBlock(run.block)) : null);
  }

  /** {@link #visit} with the sums of the excess over a reference. */
  #visitBeside(
    page: Page,
    { step, row, loss, base, probability }: Visits,
    run: BlockRun,
    reference: Float32Array,
  ): void {
    const domain = this.#index.domainOfBlock(run.block);
    const firstRow = this.#index.firstRowOf(run.block);
    for (const slot of this.#rows.slotsOf(run)) {
      const at = row[slot]! - firstRow;
      this.#include(domain, page, at, -1, reference);
      page.visit(at, step[slot]!, loss[slot]!, base[slot]! / probability[slot]!, this.#emaAlpha);
      this.#include(domain, page, at, 1, reference);
    }
  }

  /** Makes the sums from the pages that there are. O(bytes of the pages). */
  async #sumUp(): Promise<void> {
    for await (const { block, page } of this.#store.pages()) {
      const reference = await this.#reference?.lossesOf(block);
      const domain = this.#index.domainOfBlock(block);
      for (let row = 0; row < page.rows; row++) this.#include(domain, page, row, 1, reference);
    }
  }

  /** Adds a row's terms to its domain's sums (sign 1) or takes them back (−1). */
  #include(domain: number, page: Page, row: number, sign: 1 | -1, reference?: Float32Array): void {
    this.#sums.of(domain).include(page, row, sign);
    if (reference !== undefined) this.#excess.of(domain).include(page, row, sign, reference);
  }
}
