import { describe, expect, it } from "vitest";

import { createBlock } from "../../../src/corpus/blocks/block.ts";
import { createBufferPool } from "../../../src/corpus/blocks/buffer-pool.ts";
import { scanBlocks } from "../../../src/corpus/blocks/scan-blocks.ts";

const loader = {
  bufferBytes: (number: number) => 4096 * number,
  load: (number: number, buffer: Uint8Array) =>
    number === 9
      ? Promise.reject(new RangeError("block 9"))
      : Promise.resolve(createBlock([buffer.subarray(0, 4096 * number).fill(number)], 4096)),
};

describe("a scan", () => {
  it("gives blocks in order through one buffer, and gives the buffer back", async () => {
    const pool = createBufferPool();
    const buffers = new Set<ArrayBufferLike>();
    const seen: number[][] = [];
    for await (const block of scanBlocks([2, 3, 1], loader, pool)) {
      buffers.add(block.pages[0]!.buffer);
      seen.push([block.rows, block.rowAt(block.rows - 1)[0]!]);
    }
    expect(seen).toEqual([
      [2, 2],
      [3, 3],
      [1, 1],
    ]);
    expect([...buffers]).toEqual([pool.take(3 * 4096).buffer]);
  });

  it("gives the buffer back when left early and when a read fails", async () => {
    const pool = createBufferPool();
    const early = pool.take(4096);
    pool.give(early);
    for await (const block of scanBlocks([1, 1], loader, pool)) {
      expect(block.pages[0]!.buffer).toBe(early.buffer);
      break;
    }
    const failing = async (): Promise<void> => {
      for await (const block of scanBlocks([1, 9], loader, pool)) expect(block.rows).toBe(1);
    };
    await expect(failing()).rejects.toThrow("block 9");
    expect(pool.take(9 * 4096).byteLength).toBe(9 * 4096);
    expect(pool.take(4096)).toBe(early);
  });
});
