import { array, assert, boolean, constantFrom, integer, oneof, property, tuple } from "fast-check";
import { describe, expect, it } from "vitest";

import {
  type Columns,
  copyRows,
  createColumns,
  sliceObservations,
  sliceRows,
} from "../../../src/ledger/log/column-rows.ts";
import { columnNames } from "../../../src/ledger/log/observations.ts";
import { stepBatchOf } from "../../support/log-in-memory.ts";

type Bits = Columns<"trained">;
const bitsOf = (values: readonly boolean[]): Bits => {
  const bits = createColumns(["trained"], values.length);
  for (const [at, value] of values.entries()) if (value) bits.trained[at >> 3]! |= 1 << (at & 7);
  return bits;
};
const valuesOf = ({ trained }: Bits, bits: number): boolean[] =>
  Array.from({ length: bits }, (_, at) => ((trained[at >> 3]! >> (at & 7)) & 1) === 1);
const bytesOf = ({ trained }: Bits): number => 8 * trained.length;

/** A place among bits, often the first of a byte: whole bytes are copied by another way. */
const places = oneof(constantFrom(0, 8, 16, 24), integer({ min: 0, max: 40 }));

/** Two rows of bits, and a stretch of the second that fits into the first at a place. */
const copies = tuple(
  array(boolean(), { maxLength: 40 }),
  array(boolean(), { maxLength: 40 }),
  places,
  places,
  integer({ min: 0, max: 40 }),
).map(([target, source, at, from, length]) => {
  const size = Math.min(length, Math.max(0, source.length - from), Math.max(0, target.length - at));
  return { target, source, at: Math.min(at, target.length), from: Math.min(from, source.length), size };
});

describe("copying rows", () => {
  it("moves the bits of any stretch to any place, and leaves those around it as they were", () => {
    assert(
      property(copies, ({ target, source, at, from, size }) => {
        const into = bitsOf(target);
        const before = valuesOf(into, bytesOf(into));
        copyRows(["trained"], into, at, bitsOf(source), from, from + size);
        const wanted = before.map((bit, place) =>
          place >= at && place < at + size ? source[from + place - at]! : bit,
        );
        expect(valuesOf(into, bytesOf(into))).toEqual(wanted);
      }),
      { numRuns: 500 },
    );
  });

  it("moves the values of every column, and of those alone that are named", () => {
    const source = stepBatchOf(0, 1, 20).columns;
    const target = createColumns(columnNames, 30);
    copyRows(columnNames, target, 5, source, 3, 20);
    for (const name of columnNames.filter((name) => name !== "trained")) {
      expect(target[name].slice(5, 22)).toEqual(source[name].slice(3, 20));
      expect([...target[name].slice(0, 5), ...target[name].slice(22)]).toEqual(Array(13).fill(0));
    }
    expect(valuesOf(target, 30).slice(5, 22)).toEqual(valuesOf(source, 20).slice(3));

    const some = createColumns(columnNames, 30);
    copyRows(["loss", "row"], some, 0, source, 0, 20);
    expect(some.loss.slice(0, 20)).toEqual(source.loss);
    expect(some.row.slice(0, 20)).toEqual(source.row);
    expect([...some.step, ...some.trained]).toEqual(Array(34).fill(0));
  });
});

describe("slices of rows", () => {
  it("are what was copied out, for any stretch of any number of rows", () => {
    assert(
      property(integer({ min: 1, max: 70 }), integer({ min: 0, max: 69 }), integer(), (rows, start, seed) => {
        const { columns } = stepBatchOf(0, seed >>> 0, rows);
        const from = start % rows;
        const to = from + 1 + ((seed >>> 0) % (rows - from));
        const copy = createColumns(columnNames, to - from);
        copyRows(columnNames, copy, 0, columns, from, to);
        expect(sliceObservations(columns, from, to)).toEqual(copy);
      }),
    );
  });

  it("have the named columns only, as views of the values and a copy of the bitmap", () => {
    const { columns } = stepBatchOf(0, 1, 20);
    const slice = sliceRows(["loss", "trained"], columns, 3, 9);
    expect(Object.keys(slice)).toEqual(["size", "loss", "trained"]);
    expect(slice.size).toBe(6);
    const bits = [...slice.trained];
    columns.loss[4] = 77;
    columns.trained.fill(0);
    expect([slice.loss[1], [...slice.trained]]).toEqual([77, bits]);
  });

  it("of all rows are the columns themselves", () => {
    const { columns } = stepBatchOf(0, 1, 5);
    expect(sliceRows(["loss"], columns, 0, 5)).toBe(columns);
  });
});

describe("new columns", () => {
  it("hold so many zeros each", () => {
    const columns = createColumns(["step", "branch", "loss", "trained"], 11);
    expect(columns).toEqual({
      size: 11,
      step: new Uint32Array(11),
      branch: new Uint16Array(11),
      loss: new Float32Array(11),
      trained: new Uint8Array(2),
    });
  });
});
