import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { SamplerError } from "../../../src/errors.ts";
import { InstanceIndex } from "../../../src/ledger/pages/instance-index.ts";
import {
  RowsByBlock,
  type Visits,
  sortedColumns,
  visitColumns,
} from "../../../src/ledger/pages/rows-by-block.ts";
import { smallBlocks, smallShards } from "../../support/ledger-on-disk.ts";

interface Visit {
  readonly shard: number;
  readonly row: number;
  readonly loss: number;
}

const index = new InstanceIndex(smallShards);

const visitsOf = (rows: readonly Visit[]): Visits => ({
  size: rows.length,
  step: Uint32Array.from(rows, (_, slot) => 1 + (slot >> 1)),
  shard: Uint32Array.from(rows, ({ shard }) => shard),
  row: Uint32Array.from(rows, ({ row }) => row),
  loss: Float32Array.from(rows, ({ loss }) => loss),
  probability: Float32Array.from(rows, (_, slot) => 1 / (1 + slot)),
  base: Float32Array.from(rows, (_, slot) => 1 / (2 + slot)),
});

const anyVisit: fc.Arbitrary<Visit> = fc
  .record({
    block: fc.constantFrom(...smallBlocks),
    at: fc.nat(4),
    loss: fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(Number.NaN, Infinity)),
  })
  .map(({ block, at, loss }) => ({ shard: block.shard, row: block.firstRow + (at % block.rows), loss }));

describe("rows by block", () => {
  it("come block by block, and within one in the order of slots, those without a finite loss left out", () => {
    const sorted = new RowsByBlock(index);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(anyVisit, { maxLength: 40 }), fc.nat(5))), (batches) => {
        for (const [rows, anyFrom] of batches) {
          const from = Math.min(anyFrom, rows.length);
          const wanted = new Map<number, number[]>();
          for (const [slot, { shard, row, loss }] of rows.entries()) {
            if (slot < from || !Number.isFinite(loss)) continue;
            const block = index.blockOf(shard, row);
            wanted.set(block, [...(wanted.get(block) ?? []), slot]);
          }
          const runs = sorted.sort(visitsOf(rows), from);
          const got = runs.map((run) => [run.block, [...sorted.slotsOf(run)]]);
          expect(got).toEqual([...wanted]);
        }
      }),
    );
  });

  it("lie in one buffer, column by column, as long as the largest batch so far", () => {
    const sorted = new RowsByBlock(index);
    for (const size of [3, 5, 2]) {
      const visits = visitsOf(Array.from({ length: size }, (_, row) => ({ shard: 0, row, loss: row / 2 })));
      sorted.sort(visits, 0);
      expect([sorted.room, sorted.words.length]).toEqual([
        Math.max(3, size, size === 2 ? 5 : 0),
        8 * sorted.room,
      ]);
      expect(sorted.floats.buffer).toBe(sorted.words.buffer);
      for (const name of visitColumns) {
        const start = sortedColumns[name] * sorted.room;
        const column = visits[name] instanceof Float32Array ? sorted.floats : sorted.words;
        expect(column.slice(start, start + size)).toEqual(visits[name]);
      }
    }
  });

  it("must be in the corpus; after one that is not, others are sorted as ever", () => {
    const sorted = new RowsByBlock(index);
    const here = { shard: 2, row: 1, loss: 1 };
    expect(() => sorted.sort(visitsOf([here, { shard: 1, row: 4, loss: 1 }]), 0)).toThrow(
      new SamplerError('an instance must be in the corpus, got "row 4 of shard 1"', { row: 4 }),
    );
    expect(sorted.sort(visitsOf([here]), 0)).toEqual([{ block: 3, start: 0, end: 1 }]);
  });
});
