/** @file From an instance's name (shard, row) to its block and its place in it. */
import { crc32 } from "node:zlib";

import { SamplerError, mustBe } from "../../errors.ts";

/** A shard as the ledger sees it; a manifest's shards fit. */
export interface LedgerShard {
  /** Domain number. */
  readonly domain: number;
  readonly blocks: readonly { readonly rows: number }[];
}

/** Blocks of a corpus, numbered through its shards; 4 bytes a block. */
export class InstanceIndex {
  /** Number of blocks. */
  readonly size: number;
  /** Rows of the largest block. */
  readonly largestRows: number;
  /** Number of each shard's first block, and `size` at the end. */
  readonly #firstBlock: Uint32Array;
  /** Row in its shard at which each block starts. */
  readonly #firstRow: Uint32Array;
  readonly #shardRows: Uint32Array;
  /** Rows of each shard's first block: most shards have equal blocks, but for the last. */
  readonly #usualRows: Uint32Array;
  readonly #domains: Uint16Array;

  /** @param shards index = shard number. O(blocks). */
  constructor(shards: readonly LedgerShard[]) {
    this.#firstBlock = new Uint32Array(shards.length + 1);
    for (const [shard, { blocks }] of shards.entries())
      this.#firstBlock[shard + 1] = this.#firstBlock[shard]! + blocks.length;
    this.size = this.#firstBlock[shards.length]!;
    this.largestRows = shards.reduce(
      (most, { blocks }) => blocks.reduce((m, { rows }) => Math.max(m, rows), most),
      0,
    );
    this.#firstRow = new Uint32Array(this.size);
    this.#shardRows = new Uint32Array(shards.length);
    this.#usualRows = Uint32Array.from(shards, ({ blocks }) => blocks[0]?.rows ?? 0);
    this.#domains = Uint16Array.from(shards, ({ domain }) => domain);
    for (const [shard, { blocks }] of shards.entries())
      for (const [index, { rows }] of blocks.entries()) {
        this.#firstRow[this.#firstBlock[shard]! + index] = this.#shardRows[shard]!;
        this.#shardRows[shard]! += rows;
      }
  }

  /** Checks that an instance is there.
   * @throws {SamplerError} when the corpus has no such row */
  check(shard: number, row: number): void {
    if (!(row < (this.#shardRows[shard] ?? 0)))
      throw new SamplerError(mustBe("an instance", "in the corpus", `row ${row} of shard ${shard}`), { row });
  }

  /** Number of the block that holds a row. O(1) where the shard's blocks are equal, O(log blocks of the shard) at most.
   * @throws {SamplerError} when the corpus has no such row */
  blockOf(shard: number, row: number): number {
    this.check(shard, row);
    let low = this.#firstBlock[shard]!;
    let high = this.#firstBlock[shard + 1]! - 1;
    const guess = Math.min(high, low + ((row / this.#usualRows[shard]!) >>> 0));
    if (this.#firstRow[guess]! <= row && (guess === high || row < this.#firstRow[guess + 1]!)) return guess;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#firstRow[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Checksum of the blocks' places: pages of one layout mean nothing in another. O(blocks). */
  get layout(): number {
    return [this.#firstBlock, this.#firstRow, this.#shardRows].reduce(
      (crc, numbers) => crc32(numbers, crc),
      0,
    );
  }

  /** Row in its shard at which a block starts. */
  firstRowOf(block: number): number {
    return this.#firstRow[block]!;
  }

  /** Rows of a block. O(log shards). */
  rowsOf(block: number): number {
    const shard = this.#shardOf(block);
    const end =
      block + 1 === this.#firstBlock[shard + 1] ? this.#shardRows[shard]! : this.#firstRow[block + 1]!;
    return end - this.#firstRow[block]!;
  }

  /** Domain number of a shard. */
  domainOf(shard: number): number {
    return this.#domains[shard]!;
  }

  /** Domain number of a block. O(log shards). */
  domainOfBlock(block: number): number {
    return this.#domains[this.#shardOf(block)]!;
  }

  #shardOf(block: number): number {
    let low = 0;
    let high = this.#firstBlock.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#firstBlock[middle]! <= block) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
