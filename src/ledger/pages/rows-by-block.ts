/** @file Visits of the log in the order of their blocks: a pass over them then goes page by page, each while it is near the processor. */
import type { Columns } from "../log/column-rows.ts";
import type { InstanceIndex } from "./instance-index.ts";

/** Columns of the log that pages follow from. */
export const visitColumns = ["step", "shard", "row", "loss", "probability", "base"] as const;

/** Rows in the order of steps and slots. */
export type Visits = Columns<(typeof visitColumns)[number]>;

/** Places [start, end) of the order, whose rows lie in one block. */
export interface BlockRun {
  readonly block: number;
  readonly start: number;
  readonly end: number;
}

/** Number of each column of {@link RowsByBlock}, in their order in its buffer: slots by place, then what is by slot. */
export const sortedColumns = {
  slot: 0,
  block: 1,
  step: 2,
  shard: 3,
  row: 4,
  loss: 5,
  probability: 6,
  base: 7,
} as const;
const columnCount = Object.keys(sortedColumns).length;

const none = 2 ** 32 - 1;

/** A batch of visits, and their order by block, within one as they came; a loss that is not finite is no visit.
 *
 * The batch is copied into one buffer, since a loop that goes over two views of it takes half the time of one that goes over
 * eight arrays: compiled code looks every array up anew for each element.
 * Memory: 32 bytes a row of the largest batch so far, 4 a block of the corpus. */
export class RowsByBlock {
  /** Rows that there is room for: column c of {@link sortedColumns} begins at c · room. */
  room = 0;
  words: Uint32Array<ArrayBuffer> = new Uint32Array(0);
  /** The same bytes as float32. */
  floats: Float32Array<ArrayBuffer> = new Float32Array(0);
  /** What was read of a page ahead of its visits; noted, so that no compiler leaves the reading out. */
  touched = 0;
  readonly #index: InstanceIndex;
  /** By block: its rows, then its next free place. All 0 between calls. */
  readonly #counts: Uint32Array;

  constructor(index: InstanceIndex) {
    this.#index = index;
    this.#counts = new Uint32Array(index.size);
  }

  /** Slots of a run, in their order. */
  slotsOf({ start, end }: BlockRun): Uint32Array {
    return this.words.subarray(start, end);
  }

  /** Takes visits from slot `from` on in, and sorts them by counting.
   * @returns their blocks, in the order in which they come first. O(rows).
   * @throws {SamplerError} when the corpus has no such row */
  sort(visits: Visits, from: number): BlockRun[] {
    this.#copy(visits);
    this.#locate(from, visits.size);
    const counts = this.#counts;
    const runs: BlockRun[] = [];
    let start = 0;
    for (const block of this.#count(from, visits.size)) {
      const end = start + counts[block]!;
      runs.push({ block, start, end });
      counts[block] = start;
      start = end;
    }
    this.#place(from, visits.size);
    for (const { block } of runs) counts[block] = 0;
    return runs;
  }

  #copy(visits: Visits): void {
    if (visits.size > this.room) {
      this.room = visits.size;
      this.words = new Uint32Array(columnCount * this.room);
      this.floats = new Float32Array(this.words.buffer);
    }
    for (const name of visitColumns) {
      const values = visits[name];
      const place = sortedColumns[name] * this.room;
      if (values instanceof Float32Array) this.floats.set(values, place);
      else this.words.set(values, place);
    }
  }

  /** Notes the block of each row. */
  #locate(from: number, size: number): void {
    const { words, floats, room } = this;
    const index = this.#index;
    const block = sortedColumns.block * room;
    const shard = sortedColumns.shard * room;
    const row = sortedColumns.row * room;
    const loss = sortedColumns.loss * room;
    for (let slot = from; slot < size; slot++)
      words[block + slot] = Number.isFinite(floats[loss + slot])
        ? index.blockOf(words[shard + slot]!, words[row + slot]!)
        : none;
  }

  /** Counts rows by block; returns the blocks that have some. */
  #count(from: number, size: number): number[] {
    const { words } = this;
    const blocks = sortedColumns.block * this.room;
    const counts = this.#counts;
    const met: number[] = [];
    for (let slot = from; slot < size; slot++) {
      const block = words[blocks + slot]!;
      if (block === none) continue;
      const count = counts[block]!;
      if (count === 0) met.push(block);
      counts[block] = count + 1;
    }
    return met;
  }

  #place(from: number, size: number): void {
    const { words } = this;
    const blocks = sortedColumns.block * this.room;
    const counts = this.#counts;
    for (let slot = from; slot < size; slot++) {
      const block = words[blocks + slot]!;
      if (block === none) continue;
      const place = counts[block]!;
      counts[block] = place + 1;
      words[place] = slot;
    }
  }
}
