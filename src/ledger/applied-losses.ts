/** @file What the losses applied so far say: pages and domain sums, moved forward a step at a time, and back within the lag. */
import { SamplerError, mustBe } from "../errors.ts";
import { DomainSums } from "./domain-sums.ts";
import type { InstanceIndex } from "./instance-index.ts";
import type { Observations } from "./observations.ts";
import { type Page, pageWords } from "./page.ts";
import type { PageStore } from "./page-store.ts";
import { excessesOf } from "./reference-excess.ts";
import type { ReferenceLosses } from "./reference-losses.ts";
import type { PagesHeader } from "./saved-pages.ts";
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

/** A row of a page, and the reference's losses of that page's rows. */
interface RowPlace {
  readonly page: Page;
  readonly row: number;
  readonly domain: number;
  readonly reference: Float32Array | undefined;
}

/** Pages and sums as of one step. One caller at a time: calls must not overlap. */
export class AppliedLosses {
  readonly #index: InstanceIndex;
  readonly #store: PageStore;
  readonly #emaAlpha: number;
  readonly #reference: ReferenceLosses | undefined;
  readonly #sums: DomainSums;
  readonly #excess: DomainSums;
  readonly #undo = new Map<number, Undo>();
  #step: number;

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
   * @param undoFrom steps before it cannot be taken back any more */
  async apply(observations: Observations, undoFrom: number): Promise<void> {
    const { size, shard, row, loss } = observations;
    const block = new Int32Array(size).fill(-1);
    const pages = new Map<number, Page>();
    const references = new Map<number, Float32Array>();
    for (let slot = 0; slot < size; slot++) {
      if (!Number.isFinite(loss[slot])) continue;
      const number = this.#index.blockOf(shard[slot]!, row[slot]!);
      block[slot] = number;
      if (pages.has(number)) continue;
      pages.set(number, this.#store.cached(number) ?? (await this.#store.fetch(number)));
      if (this.#reference) references.set(number, await this.#reference.lossesOf(number));
    }
    const before = new Uint32Array(pageWords * size);
    for (let slot = 0; slot < size; slot++) {
      const page = pages.get(block[slot]!);
      if (page === undefined) continue;
      const number = block[slot]!;
      const row = observations.row[slot]! - this.#index.firstRowOf(number);
      const place = { page, row, domain: observations.domain[slot]!, reference: references.get(number) };
      page.takeRow(row, before, pageWords * slot);
      this.#include(place, -1);
      this.#visit(page, row, observations, slot);
      this.#include(place, 1);
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
      const reference = await this.#reference?.lossesOf(number);
      const place = { page, row, domain: observations.domain[slot]!, reference };
      this.#include(place, -1);
      page.putRow(row, before, pageWords * slot);
      this.#include(place, 1);
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

  #visit(page: Page, row: number, { base, probability, loss }: Observations, slot: number): void {
    const correction = base[slot]! / probability[slot]!;
    page.visit(row, this.#step + 1, loss[slot]!, correction, this.#emaAlpha);
  }

  /** Adds a row's terms to its domain's sums (sign 1) or takes them back (−1). */
  #include({ page, row, domain, reference }: RowPlace, sign: 1 | -1): void {
    this.#sums.of(domain).include(page, row, sign);
    if (reference !== undefined) this.#excess.of(domain).include(page, row, sign, reference);
  }
}
