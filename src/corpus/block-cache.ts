/** @file Blocks in memory: least recently used by bytes, one read for all who ask at once, buffers used again. */
import { LRUCache } from "lru-cache";

import type { Block } from "./block.ts";

/** A block held in memory for a user; {@link BlockCache.release} it when its rows were copied. */
export interface HeldBlock {
  readonly block: Block;
  /** @internal */
  readonly buffer: Uint8Array;
  /** @internal */
  users: number;
  /** @internal */
  evicted: boolean;
}

/** Reads blocks for the cache. */
export interface BlockLoader {
  /** Bytes of buffer that a block needs. */
  bufferBytes(number: number): number;
  /** Reads a block into `buffer`. */
  load(number: number, buffer: Uint8Array): Promise<Block>;
}

/** Blocks by number. A buffer is written again only after its block was evicted and every holder released it. */
export interface BlockCache {
  /** The block, held; undefined when it is not in memory. */
  hold(number: number): HeldBlock | undefined;
  /** The block, held, read if need be. A failed read is not remembered. */
  fetch(number: number): Promise<HeldBlock>;
  release(held: HeldBlock): void;
  /** Reads these next, two at a time, in order, up to the cache's capacity; replaces what an earlier call has not begun. */
  prefetch(numbers: Iterable<number>): void;
  /** Waits for reads under way and forgets everything. */
  close(): Promise<void>;
}

const readsAhead = 2;
const spareBuffers = 4;
/** Buffers are made in these steps, so that blocks of nearly the same size can share them. */
const bufferStep = 2 ** 12;

/** An empty cache of at most `capacityBytes`, buffers of blocks held at the time and a few spare ones aside. */
export const createBlockCache = (capacityBytes: number, loader: BlockLoader): BlockCache => {
  const spare: Uint8Array[] = [];
  const loading = new Map<number, { users: number; readonly done: Promise<HeldBlock> }>();
  let ahead: number[] = [];
  let aheadReads = 0;

  const recycle = (held: HeldBlock): void => {
    if (held.evicted && held.users === 0 && spare.length < spareBuffers) spare.push(held.buffer);
  };
  const cache = new LRUCache<number, HeldBlock>({
    maxSize: capacityBytes,
    sizeCalculation: (held) => held.buffer.byteLength,
    dispose: (held) => {
      held.evicted = true;
      recycle(held);
    },
  });
  const bufferOf = (byteLength: number): Uint8Array => {
    const fitting = spare.findIndex(
      (buffer) => buffer.byteLength >= byteLength && buffer.byteLength <= 2 * byteLength + bufferStep,
    );
    if (fitting >= 0) return spare.splice(fitting, 1)[0]!;
    return new Uint8Array(Math.ceil(byteLength / bufferStep) * bufferStep);
  };
  const load = (number: number): { users: number; readonly done: Promise<HeldBlock> } => {
    const buffer = bufferOf(loader.bufferBytes(number));
    const read = async (): Promise<HeldBlock> => {
      try {
        const block = await loader.load(number, buffer);
        const held = { block, buffer, users: entry.users, evicted: false };
        cache.set(number, held);
        return held;
      } finally {
        loading.delete(number);
      }
    };
    const entry = { users: 0, done: read() };
    loading.set(number, entry);
    return entry;
  };
  const readAhead = (): void => {
    while (aheadReads < readsAhead && ahead.length > 0) {
      const number = ahead.shift()!;
      if (cache.has(number) || loading.has(number)) continue;
      aheadReads++;
      // A failure is met again, and thrown, by whoever needs the block.
      void load(number)
        .done.catch(() => undefined)
        .finally(() => {
          aheadReads--;
          readAhead();
        });
    }
  };

  return {
    hold(number) {
      const held = cache.get(number);
      if (held !== undefined) held.users++;
      return held;
    },
    async fetch(number) {
      const held = cache.get(number);
      if (held !== undefined) {
        held.users++;
        return held;
      }
      const entry = loading.get(number) ?? load(number);
      entry.users++;
      return entry.done;
    },
    release(held) {
      held.users--;
      recycle(held);
    },
    prefetch(numbers) {
      ahead = [];
      let bytes = 0;
      for (const number of numbers) {
        bytes += loader.bufferBytes(number);
        if (bytes > capacityBytes) break;
        ahead.push(number);
      }
      readAhead();
    },
    async close() {
      ahead = [];
      await Promise.allSettled([...loading.values()].map(({ done }) => done));
      cache.clear();
      spare.length = 0;
    },
  };
};
