/** @file Blocks in memory: least recently used by bytes, one read for all who ask at once, buffers used again. */
import { LRUCache } from "lru-cache";

import type { Block } from "./block.ts";
import type { BufferPool } from "./buffer-pool.ts";

/** Reads blocks by number. */
export interface BlockLoader {
  /** Bytes of buffer that a block needs. */
  bufferBytes(number: number): number;
  /** Reads a block into `buffer`. */
  load(number: number, buffer: Uint8Array): Promise<Block>;
}

/** A block held in memory until it is released. */
export interface HeldBlock {
  readonly block: Block;
  release(): void;
}

/** Blocks by number. A buffer is written again only after its block left the cache and every holder released it. */
export interface BlockCache {
  /** The block if it is in memory; valid until the caller awaits anything. */
  peek(number: number): Block | undefined;
  /** The block, read if need be, held. A failed read is not remembered. */
  fetch(number: number): Promise<HeldBlock>;
  /** Reads these next, two at a time, in order, up to the cache's capacity; replaces what an earlier call has not begun. */
  prefetch(numbers: Iterable<number>): void;
  /** Waits for reads under way and forgets everything. */
  close(): Promise<void>;
}

interface Entry {
  readonly block: Block;
  readonly buffer: Uint8Array;
  users: number;
  evicted: boolean;
  /** The count of loads when it was last looked at. */
  lookedAt: number;
}

interface Loading {
  users: number;
  readonly done: Promise<Entry>;
}

const readsAhead = 2;

/** An empty cache of at most `capacityBytes`, blocks that are held and a few spare buffers aside. */
export const createBlockCache = (
  capacityBytes: number,
  loader: BlockLoader,
  pool: BufferPool,
): BlockCache => {
  const resident: (Entry | undefined)[] = [];
  const loading = new Map<number, Loading>();
  let loads = 0;
  let loadingBytes = 0;
  let ahead: number[] = [];
  let aheadReads = 0;

  const recycle = (entry: Entry): void => {
    if (entry.evicted && entry.users === 0) pool.give(entry.buffer);
  };
  const cache = new LRUCache<number, Entry>({
    maxSize: capacityBytes,
    sizeCalculation: (entry) => entry.buffer.byteLength,
    dispose: (entry, number) => {
      resident[number] = undefined;
      entry.evicted = true;
      recycle(entry);
    },
  });
  /** Nothing is evicted between loads, so recency needs noting once a load and not once a row. */
  const look = (number: number): Entry | undefined => {
    const entry = resident[number];
    if (entry !== undefined && entry.lookedAt !== loads) {
      entry.lookedAt = loads;
      cache.get(number);
    }
    return entry;
  };
  const hold = (entry: Entry): HeldBlock => {
    let released = false;
    return {
      block: entry.block,
      release() {
        if (released) return;
        released = true;
        entry.users--;
        recycle(entry);
      },
    };
  };
  const load = (number: number): Loading => {
    const bytes = loader.bufferBytes(number);
    // Room is made before the read, so that it goes into the buffer of the block that leaves.
    while (cache.size > 0 && cache.calculatedSize + loadingBytes + bytes > capacityBytes) cache.pop();
    loadingBytes += bytes;
    const buffer = pool.take(bytes);
    const read = async (): Promise<Entry> => {
      try {
        const block = await loader.load(number, buffer);
        const entry = { block, buffer, users: waiting.users, evicted: false, lookedAt: ++loads };
        cache.set(number, entry);
        // A block that exceeds the whole capacity is not kept.
        if (cache.has(number)) resident[number] = entry;
        else entry.evicted = true;
        return entry;
      } finally {
        loadingBytes -= bytes;
        loading.delete(number);
      }
    };
    const waiting: Loading = { users: 0, done: read() };
    loading.set(number, waiting);
    return waiting;
  };
  const readAhead = (): void => {
    while (aheadReads < readsAhead && ahead.length > 0) {
      const number = ahead.shift()!;
      if (resident[number] !== undefined || loading.has(number)) continue;
      aheadReads++;
      const ended = (): void => {
        aheadReads--;
        readAhead();
      };
      // A failure is met again, and thrown, by whoever needs the block.
      load(number).done.then(ended, ended);
    }
  };

  return {
    peek: (number) => look(number)?.block,
    async fetch(number) {
      const entry = look(number);
      if (entry !== undefined) {
        entry.users++;
        return hold(entry);
      }
      const waiting = loading.get(number) ?? load(number);
      waiting.users++;
      return hold(await waiting.done);
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
    },
  };
};
