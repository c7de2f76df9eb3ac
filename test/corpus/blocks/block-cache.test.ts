import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  type BlockCache,
  type BlockLoader,
  createBlockCache,
} from "../../../src/corpus/blocks/block-cache.ts";
import { createBlock } from "../../../src/corpus/blocks/block.ts";
import { createBufferPool } from "../../../src/corpus/blocks/buffer-pool.ts";

const blockBytes = 4096;

/** A loader that fills block n with byte n, and settles reads when told, or at once. */
const createScript = (
  manual = false,
): BlockLoader & { reads: number[]; fails: Set<number>; settle(): Promise<void> } => {
  const reads: number[] = [];
  const fails = new Set<number>();
  let waiting: (() => void)[] = [];
  return {
    reads,
    fails,
    bufferBytes: () => blockBytes,
    async load(number, buffer) {
      reads.push(number);
      if (manual) await new Promise<void>((done) => waiting.push(done));
      else await Promise.resolve();
      if (fails.has(number)) throw new RangeError(`block ${number}`);
      buffer.fill(number);
      return createBlock([buffer.subarray(0, blockBytes)], 1024);
    },
    async settle() {
      const now = waiting;
      waiting = [];
      for (const done of now) done();
      await new Promise((done) => setImmediate(done));
    },
  };
};

const cacheOf = (loader: BlockLoader, blocks: number): BlockCache =>
  createBlockCache(blocks * blockBytes, loader, createBufferPool());
const firstByte = (block: { rowAt(row: number): Uint8Array } | undefined): number | undefined =>
  block?.rowAt(3)[0];

describe("the block cache", () => {
  it("reads once for all who ask at the same time, and not again", async () => {
    const script = createScript(true);
    const cache = cacheOf(script, 2);
    const asked = [cache.fetch(1), cache.fetch(1), cache.fetch(2)];
    await script.settle();
    const held = await Promise.all(asked);
    expect(held.map(({ block }) => firstByte(block))).toEqual([1, 1, 2]);
    await cache.fetch(1);
    expect(script.reads).toEqual([1, 2]);
    expect([firstByte(cache.peek(1)), cache.peek(3)]).toEqual([1, undefined]);
  });

  it("forgets the block not looked at for longest", async () => {
    const script = createScript();
    const cache = cacheOf(script, 2);
    for (const number of [1, 2]) (await cache.fetch(number)).release();
    cache.peek(1);
    (await cache.fetch(3)).release();
    expect([1, 2, 3].map((number) => firstByte(cache.peek(number)))).toEqual([1, undefined, 3]);
  });

  it("never writes over a block that is held, also when released twice", async () => {
    const script = createScript();
    const cache = cacheOf(script, 1);
    const one = await cache.fetch(1);
    const again = await cache.fetch(1);
    one.release();
    one.release();
    for (const number of [2, 3, 4]) (await cache.fetch(number)).release();
    expect(firstByte(again.block)).toBe(1);
    const { buffer } = again.block.pages[0]!;
    again.release();
    (await cache.fetch(5)).release();
    const six = await cache.fetch(6);
    expect(
      six.block.pages[0]!.buffer === buffer || (await cache.fetch(7)).block.pages[0]!.buffer === buffer,
    ).toBe(true);
  });

  it("gives a block that exceeds all of its capacity, and does not keep it", async () => {
    const script = createScript();
    const cache = createBlockCache(blockBytes - 1, script, createBufferPool());
    const held = await cache.fetch(1);
    expect([firstByte(held.block), cache.peek(1)]).toEqual([1, undefined]);
    held.release();
    await cache.fetch(1);
    expect(script.reads).toEqual([1, 1]);
  });

  it("reads into the buffer of the block that leaves, so that memory stays within its capacity", async () => {
    const cache = cacheOf(createScript(), 2);
    const buffers = new Set<ArrayBufferLike>();
    for (let number = 0; number < 10; number++) {
      const held = await cache.fetch(number);
      buffers.add(held.block.pages[0]!.buffer);
      held.release();
    }
    expect(buffers.size).toBe(2);
  });

  it("does not remember a failed read", async () => {
    const script = createScript();
    const cache = cacheOf(script, 2);
    script.fails.add(1);
    await expect(Promise.all([cache.fetch(1), cache.fetch(1)])).rejects.toThrow("block 1");
    script.fails.clear();
    expect(firstByte((await cache.fetch(1)).block)).toBe(1);
  });

  it("reads ahead in order, two at a time, no more than it holds; a newer call replaces what has not begun", async () => {
    const script = createScript(true);
    const cache = cacheOf(script, 4);
    cache.prefetch([1, 2, 3, 4, 5]);
    expect(script.reads).toEqual([1, 2]);
    cache.prefetch([2, 7]);
    await script.settle();
    expect(script.reads).toEqual([1, 2, 7]);
    await script.settle();
    expect([1, 2, 7].map((number) => firstByte(cache.peek(number)))).toEqual([1, 2, 7]);
    cache.prefetch([1, 2, 7, 8, 9]);
    expect(script.reads).toEqual([1, 2, 7, 8]);
    await script.settle();
  });

  it("meets a failure ahead of time where the block is needed", async () => {
    const script = createScript();
    const cache = cacheOf(script, 2);
    script.fails.add(1);
    cache.prefetch([1, 2]);
    await cache.close();
    await expect(cache.fetch(1)).rejects.toThrow("block 1");
  });

  it("gives the right block under any interleaving of readers", async () => {
    const action = fc.record({
      number: fc.integer({ min: 1, max: 9 }),
      holdFor: fc.nat(4),
      ahead: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        async (actions, size) => {
          const cache = cacheOf(createScript(), size);
          const readers = actions.map(async ({ number, holdFor, ahead }) => {
            for (let tick = 0; tick < number % 4; tick++) await Promise.resolve();
            if (ahead) cache.prefetch([number, (number % 9) + 1]);
            const held = await cache.fetch(number);
            for (let tick = 0; tick < holdFor; tick++) await Promise.resolve();
            const byte = firstByte(held.block);
            held.release();
            return byte === number && (firstByte(cache.peek(number)) ?? number) === number;
          });
          expect(await Promise.all(readers)).toEqual(actions.map(() => true));
          await cache.close();
        },
      ),
    );
  });
});
