import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { createBlockIndex } from "../../../src/corpus/blocks/block-index.ts";
import { type Manifest, createManifest } from "../../../src/corpus/manifest.ts";
import { plainParts } from "../../support/corpus-on-disk.ts";

const manifestOf = (
  shards: { domain: number; blockRows: number[] }[],
  heldOut: Manifest["heldOut"] = [],
): Manifest =>
  createManifest({
    seqLen: 8,
    tokenDtype: "uint32",
    ...plainParts(3),
    shards: shards.map(({ domain, blockRows }, number) => ({
      uri: `s${number}`,
      domain,
      rows: blockRows.reduce((sum, rows) => sum + rows, 0),
      bytes: 1,
      footerHash: "a".repeat(64),
      blocks: blockRows.map((rows) => ({ rows, crc32: null })),
    })),
    heldOut,
  });

describe("the block index", () => {
  const manifest = manifestOf(
    [
      { domain: 1, blockRows: [4, 4, 2] },
      { domain: 0, blockRows: [5] },
      { domain: 1, blockRows: [3] },
    ],
    [{ shard: 0, block: 1 }],
  );

  it("splits blocks by domain and held-out", () => {
    const index = createBlockIndex(manifest);
    expect(index.instances).toBe(18);
    expect(index.training[1]).toEqual([
      { shard: 0, block: 0, firstRow: 0, rows: 4, bytes: 128 },
      { shard: 0, block: 2, firstRow: 8, rows: 2, bytes: 64 },
      { shard: 2, block: 0, firstRow: 0, rows: 3, bytes: 96 },
    ]);
    expect(index.heldOut).toEqual([[], [{ shard: 0, block: 1, firstRow: 4, rows: 4, bytes: 128 }], []]);
    expect(index.training[2]).toEqual([]);
    expect(index.numberOf(2, 0)).toBe(4);
  });

  it("finds the block and the place of every row", () => {
    const shards = fc.array(
      fc.record({
        domain: fc.integer({ min: 0, max: 2 }),
        blockRows: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 }),
      }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(shards, (plan) => {
        const index = createBlockIndex(manifestOf(plan));
        let ordinal = 0;
        for (const [number, { shard, firstRow, rows }] of index.blocks.entries())
          for (let row = firstRow; row < firstRow + rows; row++) {
            expect(index.numberAt(shard, row)).toBe(number);
            expect(index.ordinalOf(shard, row)).toBe(ordinal++);
          }
        expect(index.instances).toBe(ordinal);
      }),
    );
  });

  it("refuses rows and shards that are not there", () => {
    const index = createBlockIndex(manifest);
    expect(() => index.numberAt(0, 10)).toThrow("row of a draw must be below 10, got 10 (s0)");
    expect(() => index.ordinalOf(3, 0)).toThrow("shard of a draw must be below 3, got 3");
  });
});
