import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type SampledBlock, blocksPerWindow, locate, rowsOf, windowAt } from "../../src/sampler/window.ts";

const blocksOf = (rows: readonly number[], bytes = 100): SampledBlock[] => {
  let firstRow = 0;
  return rows.map((count) => ({ shard: 3, firstRow: (firstRow += count) - count, rows: count, bytes }));
};

describe("blocksPerWindow", () => {
  it.each([
    [1, 1e9, 1],
    [3, 1e9, 1],
    [7, 1e9, 1],
    [8, 1e9, 2],
    [400, 1e9, 100],
    [400, 1000, 10],
    [400, 999, 9],
    [400, 1, 1],
  ])("of %d blocks of 100 bytes, %d bytes hold %d", (blocks, windowBytes, expected) => {
    const rows = Array.from({ length: blocks }, () => 5);
    expect(blocksPerWindow(blocksOf(rows), windowBytes)).toBe(expected);
  });

  it("goes by the largest block, so that a window stays within its bytes", () => {
    const uneven = Array.from({ length: 40 }, (_, i) => ({
      shard: 0,
      firstRow: i,
      rows: 1,
      bytes: i === 39 ? 300 : 100,
    }));
    expect(blocksPerWindow(uneven, 900)).toBe(3);
  });
});

describe("windowAt", () => {
  it("cuts a pass into windows that hold every block once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        (rows, perWindow) => {
          const blocks = blocksOf(rows);
          const order = Uint32Array.from(blocks.keys()).toReversed();
          const count = Math.ceil(blocks.length / perWindow);
          const windows = Array.from({ length: count }, (_, number) =>
            windowAt(blocks, order, 4, number, perWindow),
          );
          expect(windows.flatMap((window) => window.blocks)).toEqual(blocks.toReversed());
          expect(windows.map((window) => [window.pass, window.number])).toEqual(
            windows.map((_, number) => [4, number]),
          );
          for (const window of windows)
            expect(rowsOf(window)).toBe(window.blocks.reduce((sum, block) => sum + block.rows, 0));
        },
      ),
    );
  });
});

describe("locate", () => {
  it("finds each row of a window once, in block order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }), (rows) => {
        const blocks = blocksOf(rows);
        const window = windowAt(blocks, Uint32Array.from(blocks.keys()), 0, 0, blocks.length);
        const found = Array.from({ length: rowsOf(window) }, (_, index) => locate(window, index));
        expect(found).toEqual(found.map((_, row) => ({ shard: 3, row })));
      }),
    );
  });

  it("is exact where float32 and int32 are not", () => {
    const blocks = [
      { shard: 2 ** 31 + 1, firstRow: 2 ** 24 + 1, rows: 3, bytes: 1 },
      { shard: 2 ** 32 - 1, firstRow: 2 ** 32 - 3, rows: 3, bytes: 1 },
    ];
    const window = windowAt(blocks, Uint32Array.of(0, 1), 0, 0, 2);
    expect(locate(window, 0)).toEqual({ shard: 2 ** 31 + 1, row: 2 ** 24 + 1 });
    expect(locate(window, 2)).toEqual({ shard: 2 ** 31 + 1, row: 2 ** 24 + 3 });
    expect(locate(window, 5)).toEqual({ shard: 2 ** 32 - 1, row: 2 ** 32 - 1 });
  });
});
