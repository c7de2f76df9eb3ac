import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { fileBytes, planOf, rowBytes, streamsOf } from "../../../src/study/benchmark/plan.ts";

describe("planOf", () => {
  it("meets powers of ten to the row", () => {
    expect([1e4, 1e5, 1e6, 1e7].map((size) => planOf(size).instances)).toEqual([1e4, 1e5, 1e6, 1e7]);
  });

  it("keeps files within their bytes, instances within a row a shard, and a window within the cache", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 1e8 }), (size) => {
        const plan = planOf(size);
        const shards = plan.domains * plan.shardsPerDomain;
        expect(plan.domains * plan.rowsPerShard * rowBytes).toBeLessThanOrEqual(fileBytes);
        expect(plan.instances).toBeLessThanOrEqual(size);
        expect(plan.instances).toBeGreaterThan(size - shards);
        expect(plan.cacheBytes).toBeGreaterThanOrEqual(2 * plan.domains * plan.windowBytes);
        expect(plan.stepsPerRound).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});

describe("streamsOf", () => {
  it("covers every row of every shard once, in blocks that a window holds", () => {
    const plan = planOf(1e6);
    const rows = new Map<number, number>();
    for (const { domain, blocks } of streamsOf(plan))
      for (const { shard, firstRow, rows: count, bytes } of blocks) {
        expect(Math.floor(shard / plan.shardsPerDomain)).toBe(domain);
        expect(firstRow).toBe(rows.get(shard) ?? 0);
        expect(bytes).toBeLessThanOrEqual(plan.windowBytes);
        rows.set(shard, firstRow + count);
      }
    expect([...rows.values()]).toEqual(Array.from({ length: 16 }, () => 62_500));
  });
});
