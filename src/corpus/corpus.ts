/** @file A corpus, open: which blocks it has, and their rows. */
import type { Block } from "./block.ts";
import type { Manifest } from "./manifest.ts";

/** A block as samplers see it. */
export interface BlockRef {
  /** Shard number. */
  readonly shard: number;
  /** Number in the shard. */
  readonly block: number;
  /** Row of the shard it starts with. */
  readonly firstRow: number;
  readonly rows: number;
  /** Token bytes: rows × L × bytes of a token. */
  readonly bytes: number;
}

/** A corpus, open for reading. */
export interface Corpus {
  readonly manifest: Manifest;
  /** Training blocks of a domain, by shard, then block. */
  blocksOf(domain: number): readonly BlockRef[];
  /** Held-out blocks of a domain, by shard, then block. */
  heldOutBlocksOf(domain: number): readonly BlockRef[];
  /** A block's rows, from memory or disk; callers that ask at the same time share one read. */
  readBlock(ref: BlockRef, signal?: AbortSignal): Promise<Block>;
  /** Rows of blocks in the given order, one block at a time, past the cache; a block is valid until the next is asked for. */
  scan(refs: Iterable<BlockRef>, signal?: AbortSignal): AsyncGenerator<Block, void, undefined>;
  /** Copies rows into `target`, shape [M, L], slot order. M = shard.length = row.length. */
  gather(shard: Uint32Array, row: Uint32Array, target: Uint16Array | Uint32Array): Promise<void>;
  /** Starts reading blocks that will be needed soon, as many as the cache holds; failures appear when they are needed. */
  prefetch(refs: Iterable<BlockRef>): void;
  /** An instance's place in the corpus, in [0, instances). */
  ordinalOf(shard: number, row: number): number;
  /** Instances, held-out ones included. */
  readonly instances: number;
  /** Bytes read from shards so far, footers aside. */
  readonly bytesRead: number;
  close(): Promise<void>;
}
