import { describe, expect, it } from "vitest";

import { createBufferPool } from "../../../src/corpus/blocks/buffer-pool.ts";

describe("a buffer pool", () => {
  it("gives a buffer out again when it is large enough and not twice too large", () => {
    const pool = createBufferPool();
    const buffer = pool.take(10_000);
    expect(buffer.byteLength).toBe(12_288);
    pool.give(buffer);
    expect(pool.take(12_289)).not.toBe(buffer);
    expect(pool.take(4_000)).not.toBe(buffer);
    expect(pool.take(12_000)).toBe(buffer);
    expect(pool.take(12_000)).not.toBe(buffer);
  });

  it("keeps the newest four", () => {
    const pool = createBufferPool();
    const buffers = Array.from({ length: 5 }, () => pool.take(100));
    for (const buffer of buffers) pool.give(buffer);
    const again = buffers.map(() => pool.take(100));
    expect(again.filter((buffer) => buffers.includes(buffer))).toEqual(buffers.slice(1));
  });
});
