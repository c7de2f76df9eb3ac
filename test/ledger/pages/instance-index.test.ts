import { array, assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";

import { SamplerError } from "../../../src/errors.ts";
import { InstanceIndex } from "../../../src/ledger/pages/instance-index.ts";

const shards = [
  { domain: 3, blocks: [{ rows: 5 }, { rows: 1 }, { rows: 4 }] },
  { domain: 0, blocks: [] },
  { domain: 1, blocks: [{ rows: 2 }] },
];

const layoutOf = (rows: number[]): number =>
  new InstanceIndex([{ domain: 0, blocks: rows.map((count) => ({ rows: count })) }]).layout;

describe("the index of instances", () => {
  it("finds the block of every row, and every block's rows", () => {
    const index = new InstanceIndex(shards);
    expect([index.size, index.largestRows]).toEqual([4, 5]);
    const blocks = Array.from({ length: 10 }, (_, row) => index.blockOf(0, row));
    expect(blocks).toEqual([0, 0, 0, 0, 0, 1, 2, 2, 2, 2]);
    expect([index.blockOf(2, 0), index.blockOf(2, 1)]).toEqual([3, 3]);
    expect([0, 1, 2, 3].map((block) => index.rowsOf(block))).toEqual([5, 1, 4, 2]);
    expect([0, 1, 2, 3].map((block) => index.firstRowOf(block))).toEqual([0, 5, 6, 0]);
    expect([0, 1, 2].map((shard) => index.domainOf(shard))).toEqual([3, 0, 1]);
    expect([0, 1, 2, 3].map((block) => index.domainOfBlock(block))).toEqual([3, 3, 3, 1]);
  });

  it("finds them in blocks of any sizes, equal or not", () => {
    const sizes = array(integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 });
    assert(
      property(array(sizes, { minLength: 1, maxLength: 4 }), (rowsOfBlocks) => {
        const index = new InstanceIndex(
          rowsOfBlocks.map((blocks) => ({ domain: 0, blocks: blocks.map((rows) => ({ rows })) })),
        );
        let first = 0;
        for (const [shard, blocks] of rowsOfBlocks.entries()) {
          const wanted = blocks.flatMap((rows, at) => Array.from({ length: rows }, () => first + at));
          expect(wanted.map((_, row) => index.blockOf(shard, row))).toEqual(wanted);
          first += blocks.length;
        }
      }),
    );
  });

  it.each([
    [0, 10],
    [1, 0],
    [2, 2],
    [3, 0],
  ])("has no shard %i row %i", (shard, row) => {
    const index = new InstanceIndex(shards);
    const refusal = new SamplerError(
      `an instance must be in the corpus, got "row ${row} of shard ${shard}"`,
      { row },
    );
    expect(() => index.blockOf(shard, row)).toThrow(refusal);
    expect(() => index.check(shard, row)).toThrow(refusal);
  });

  it("tells layouts apart", () => {
    expect(layoutOf([5, 1, 4])).toBe(layoutOf([5, 1, 4]));
    expect(new Set([[5, 1, 4], [5, 4, 1], [10], [5, 5], [5, 1, 5]].map(layoutOf)).size).toBe(5);
  });
});
