/** @file A corpus, open: its blocks, and their rows copied into batches. */
import { dirname } from "node:path";

import { ConfigError, mustBe } from "../errors.ts";
import { abortable } from "./abortable.ts";
import { createBlockCache } from "./blocks/block-cache.ts";
import { type BlockIndex, type BlockRef, createBlockIndex } from "./blocks/block-index.ts";
import { createBlockReader } from "./blocks/block-reader.ts";
import type { Block } from "./blocks/block.ts";
import { createBufferPool } from "./blocks/buffer-pool.ts";
import { gatherRows } from "./blocks/gather-rows.ts";
import { readManifest } from "./manifest-file.ts";
import type { Manifest } from "./manifest.ts";
import { openShards } from "./shards/open-shards.ts";
import type { ShardsOptions } from "./options.ts";
import { scanBlocks } from "./blocks/scan-blocks.ts";
import type { Shard } from "./shards/shard.ts";

export type { BlockRef } from "./blocks/block-index.ts";

/** A corpus, open for reading. */
export interface Corpus {
  readonly manifest: Manifest;
  /** Instances, held-out ones included. */
  readonly instances: number;
  /** Bytes read from shards so far, footers aside. */
  readonly bytesRead: number;
  /** Training blocks of a domain, by shard, then block. */
  blocksOf(domain: number): readonly BlockRef[];
  /** Held-out blocks of a domain, by shard, then block. */
  heldOutBlocksOf(domain: number): readonly BlockRef[];
  /** A block's rows, from memory or disk; callers that ask at the same time share one read.
   * @throws {SourceError} when the bytes cannot be had, or `signal` is aborted
   * @throws {ShardError} when they are damaged: with uri, block and row */
  readBlock(ref: BlockRef, signal?: AbortSignal): Promise<Block>;
  /** Blocks in the given order, past the cache; a block is valid until the next is asked for. Throws as `readBlock` does. */
  scan(refs: Iterable<BlockRef>, signal?: AbortSignal): AsyncGenerator<Block, void, undefined>;
  /** Copies rows into `target`, shape [M, L], slot order.
   * @param shard shape [M], shard numbers
   * @param row   shape [M], rows of their shards
   * @throws {SamplerError} when the corpus has no such row, or `target` is of another dtype or length
   * @throws {SourceError|ShardError} as `readBlock` does. O(M·L), and a read of each block that is not in memory. */
  gather(shard: Uint32Array, row: Uint32Array, target: Uint16Array | Uint32Array): Promise<void>;
  /** Starts reading blocks that are needed soon, as many as the cache holds; replaces what an earlier call has not begun. A failure is thrown where the block is needed. */
  prefetch(blocks: Iterable<Pick<BlockRef, "shard" | "firstRow">>): void;
  /** An instance's place in the corpus, in [0, instances).
   * @throws {SamplerError} when the corpus has no such row */
  ordinalOf(shard: number, row: number): number;
  /** Waits for reads under way and closes all shards. */
  close(): Promise<void>;
}

/** Opens a corpus: reads the manifest, opens every shard and holds its length, footer and blocks against it.
 * With `verify: "read"` a block's checksum is compared when it is first read.
 * @param needOf bytes of blocks that are in use at once, of the training blocks by domain
 * @throws {ConfigError} when there is no manifest, or `cacheBytes` holds less than that or than three blocks
 * @throws {SourceError} when a shard is missing
 * @throws {ShardError} when manifest or shard is damaged or altered. O(blocks + footers). */
export const openCorpus = async (
  manifestPath: string,
  { verify, cacheBytes }: Pick<ShardsOptions, "verify" | "cacheBytes">,
  needOf: (training: readonly (readonly BlockRef[])[]) => number = () => 0,
): Promise<Corpus> => {
  const manifest = await readManifest(manifestPath);
  const index = createBlockIndex(manifest);
  const largest = index.blocks.reduce((most, { bytes }) => Math.max(most, bytes), 0);
  const needed = Math.max(3 * largest, needOf(index.training));
  if (cacheBytes !== null && cacheBytes < needed)
    throw new ConfigError(
      mustBe("cacheBytes", `at least ${needed}, the bytes of all open windows`, cacheBytes),
      {
        keyPath: "corpus.cacheBytes",
        hint: "leave it out, or lower sampler.windowBytes",
      },
    );
  const shards = await openShards(manifest, dirname(manifestPath));
  return createCorpus(manifest, index, shards, { verify, cacheBytes: cacheBytes ?? needed });
};

const createCorpus = (
  manifest: Manifest,
  index: BlockIndex,
  shards: readonly Shard[],
  { verify, cacheBytes }: { verify: ShardsOptions["verify"]; cacheBytes: number },
): Corpus => {
  const pool = createBufferPool();
  const reader = createBlockReader(manifest, index, shards, verify);
  const cache = createBlockCache(cacheBytes, reader, pool);
  const numberOf = ({ shard, block }: BlockRef): number => index.numberOf(shard, block);
  return {
    manifest,
    instances: index.instances,
    get bytesRead() {
      return reader.bytesRead;
    },
    blocksOf: (domain) => index.training[domain] ?? [],
    heldOutBlocksOf: (domain) => index.heldOut[domain] ?? [],
    async readBlock(ref, signal) {
      // Never released, so its buffer is not used again: what the caller holds stays as it is.
      const held = await abortable(cache.fetch(numberOf(ref)), signal, manifest.shards[ref.shard]!.uri);
      return held.block;
    },
    scan: (refs, signal) => scanBlocks(Array.from(refs, numberOf), reader.under(signal), pool),
    gather: (shard, row, target) => gatherRows(manifest, index, cache, { shard, row }, target),
    prefetch: (blocks) =>
      cache.prefetch(Array.from(blocks, ({ shard, firstRow }) => index.numberAt(shard, firstRow))),
    ordinalOf: (shard, row) => index.ordinalOf(shard, row),
    async close() {
      await cache.close();
      await Promise.all(shards.map((shard) => shard.close()));
    },
  };
};
