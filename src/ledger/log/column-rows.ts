/** @file Rows of columns: cut out of larger ones, and copied into others. */
import { type ColumnName, type Observations, columnNames, columnOf } from "./observations.ts";

/** Some columns of the same rows. */
export type Columns<Name extends ColumnName> = Pick<Observations, Name | "size">;

/** Copies bits [from, to) to place `at`; bits around them stay. */
const copyBits = (target: Uint8Array, at: number, source: Uint8Array, from: number, to: number): void => {
  const whole = at % 8 === 0 && from % 8 === 0 ? (to - from) >> 3 : 0;
  target.set(source.subarray(from >> 3, (from >> 3) + whole), at >> 3);
  for (let bit = from + 8 * whole, place = at + 8 * whole; bit < to; bit++, place++) {
    const isSet = (source[bit >> 3]! >> (bit & 7)) & 1;
    target[place >> 3] = (target[place >> 3]! & ~(1 << (place & 7))) | (isSet << (place & 7));
  }
};

/** Copies rows [from, to) of `source` to the rows from `at` on of `target`, column by column. O(rows). */
export const copyRows = <Name extends ColumnName>(
  names: readonly Name[],
  target: Columns<Name>,
  at: number,
  source: Columns<Name>,
  from: number,
  to: number,
): void => {
  for (const name of names) {
    const into: Observations[ColumnName] = target[name];
    const values: Observations[ColumnName] = source[name];
    // Only the bitmap has bytes.
    if (into instanceof Uint8Array && values instanceof Uint8Array) copyBits(into, at, values, from, to);
    else into.set(from === 0 && to === source.size ? values : values.subarray(from, to), at);
  }
};

/** Columns of zeros. */
export const createColumns = <Name extends ColumnName>(
  names: readonly Name[],
  rows: number,
): Columns<Name> => {
  const columns: Columns<Name> = Object.fromEntries([
    ["size", rows],
    ...names.map((name) => [name, columnOf(name, new Uint8Array(4 * rows), rows)]),
  ]);
  return columns;
};

/** Rows [from, to): views of the values, and a copy of the bitmap, whose bits may begin inside a byte. */
export const sliceRows = <Name extends ColumnName>(
  names: readonly Name[],
  columns: Columns<Name>,
  from: number,
  to: number,
): Columns<Name> => {
  if (from === 0 && to === columns.size) return columns;
  const cut = (name: Name): Observations[ColumnName] => {
    const values: Observations[ColumnName] = columns[name];
    if (!(values instanceof Uint8Array)) return values.subarray(from, to);
    const bits = new Uint8Array(Math.ceil((to - from) / 8));
    copyBits(bits, 0, values, from, to);
    return bits;
  };
  const slice: Columns<Name> = Object.fromEntries([
    ["size", to - from],
    ...names.map((name) => [name, cut(name)]),
  ]);
  return slice;
};

/** {@link sliceRows} of whole observations. */
export const sliceObservations = (rows: Observations, from: number, to: number): Observations =>
  sliceRows(columnNames, rows, from, to);
