/** @file What the losses applied so far say: pages and domain sums, moved forward a step at a time, and back within the lag. */
import { SamplerError, mustBe } from "../errors.ts";
import type { InstanceIndex } from "./instance-index.ts";
import type { Observations } from "./observations.ts";
import { type Page, pageWords } from "./page.ts";
import type { PageStore } from "./page-store.ts";
import { type SavedSums, type SeenMean, SeenSums, type Statistic } from "./seen-sums.ts";

/** A block of a window: `rows` rows from `firstRow` of a shard, as the manifest cuts it. */
export interface WindowBlock {
  readonly shard: number;
  readonly firstRow: number;
  readonly rows: number;
}

/** Statistics of a window's rows. */
export interface WindowStatistics {
  /** Shape [n], rows in block order, nats per token; NaN for a row never seen. */
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
  readonly #emaAlpha: number;
  readonly #domains = new Map<number, SeenSums>();
  readonly #undo = new Map<number, Undo>();
  #step: number;

  /** @param from the step and sums that the store's pages are of */
  constructor(
    index: InstanceIndex,
    store: PageStore,
    emaAlpha: number,
    from: { readonly step: number; readonly domains: Readonly<Record<string, SavedSums>> },
  ) {
    this.#index = index;
    this.#store = store;
    this.#emaAlpha = emaAlpha;
    this.#step = from.step;
    for (const [domain, saved] of Object.entries(from.domains))
      this.#domains.set(Number(domain), new SeenSums(saved));
  }

  /** Last applied step. */
  get step(): number {
    return this.#step;
  }

  /** Instances with at least one applied loss. */
  get instances(): number {
    return [...this.#domains.values()].reduce((sum, { seen }) => sum + seen, 0);
  }

  /** Plain data of the domain sums. */
  get domains(): Record<string, SavedSums> {
    const inOrder = [...this.#domains].toSorted(([a], [b]) => a - b);
    return Object.fromEntries(inOrder.map(([domain, sums]) => [String(domain), sums.save()]));
  }

  /** Applies the step after the last one, in slot order; a loss that is not finite changes nothing. O(M).
   * @param undoFrom steps before it cannot be taken back any more */
  async apply(observations: Observations, undoFrom: number): Promise<void> {
    const { size, shard, row, loss } = observations;
    const block = new Int32Array(size).fill(-1);
    const pages = new Map<number, Page>();
    for (let slot = 0; slot < size; slot++) {
      if (!Number.isFinite(loss[slot])) continue;
      const number = this.#index.blockOf(shard[slot]!, row[slot]!);
      block[slot] = number;
      if (!pages.has(number))
        pages.set(number, this.#store.cached(number) ?? (await this.#store.fetch(number)));
    }
    const before = new Uint32Array(pageWords * size);
    for (let slot = 0; slot < size; slot++) {
      const page = pages.get(block[slot]!);
      if (page !== undefined) this.#visit(page, block[slot]!, observations, slot, before);
    }
    for (const [number, page] of pages) this.#store.keep(number, page);
    await this.#store.settle();
    this.#step++;
    if (this.#step >= undoFrom) this.#undo.set(this.#step, { observations, block, before });
    for (const step of this.#undo.keys()) if (step < undoFrom) this.#undo.delete(step);
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
      const sums = this.#sumsOf(observations.domain[slot]!);
      sums.include(page, row, -1);
      page.putRow(row, before, pageWords * slot);
      sums.include(page, row, 1);
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
        values.set(page[statistic], at);
        for (let row = 0; row < rows; row++) sums.include(page, row, 1);
      }
      means.push(sums.meanOf(statistic));
      at += rows;
    }
    const domain = this.#index.domainOf(blocks[0]?.shard ?? 0);
    return { values, blocks: means, domain: (this.#domains.get(domain) ?? new SeenSums()).meanOf(statistic) };
  }

  #visit(page: Page, block: number, observations: Observations, slot: number, before: Uint32Array): void {
    const row = observations.row[slot]! - this.#index.firstRowOf(block);
    const sums = this.#sumsOf(observations.domain[slot]!);
    page.takeRow(row, before, pageWords * slot);
    sums.include(page, row, -1);
    const correction = observations.base[slot]! / observations.probability[slot]!;
    page.visit(row, this.#step + 1, observations.loss[slot]!, correction, this.#emaAlpha);
    sums.include(page, row, 1);
  }

  #sumsOf(domain: number): SeenSums {
    const known = this.#domains.get(domain);
    if (known !== undefined) return known;
    const sums = new SeenSums();
    this.#domains.set(domain, sums);
    return sums;
  }
}
