/** @file Values of one column, gathered until there are enough for a row group. */
import type { Column, ColumnType, TableColumn } from "./run-table.ts";

/** What `hyparquet-writer` takes as a column's values. */
export type WritableValues = Uint32Array | Float32Array | Float64Array | unknown[];

type Numbers = Extract<WritableValues, ArrayBufferView>;

const typedArrays = {
  uint16: Uint32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

const isTyped = (type: ColumnType): type is keyof typeof typedArrays => Object.hasOwn(typedArrays, type);

/** Values that a Parquet column is written from. */
export interface ColumnBuffer {
  /** Adds `values[from … to)`. */
  add(values: Column, from: number, to: number): void;
  /** What was added, of which the buffer then holds nothing; valid until the next `add`. */
  take(): WritableValues;
}

/** A buffer of at most `capacity` values. */
export const createColumnBuffer = ({ type, nullable }: TableColumn, capacity: number): ColumnBuffer =>
  isTyped(type) && !nullable ? numbersBuffer(new typedArrays[type](capacity)) : cellsBuffer(type);

const numbersBuffer = (numbers: Numbers): ColumnBuffer => {
  let size = 0;
  return {
    add(values, from, to) {
      if (Array.isArray(values) || !ArrayBuffer.isView(values))
        for (let at = from; at < to; at++) numbers[size + at - from] = Number(values[at]);
      else numbers.set(values.subarray(from, to), size);
      size += to - from;
    },
    take() {
      const taken = numbers.subarray(0, size);
      size = 0;
      return taken instanceof Uint32Array ? asWritable(taken) : taken;
    },
  };
};

// hyparquet-writer 0.17 refuses numbers from 2³¹ on when they come as a Uint32Array, and takes them as plain numbers.
const asWritable = (values: Uint32Array): WritableValues =>
  values.some((value) => value > 0x7fff_ffff) ? Array.from(values) : values;

const cellsBuffer = (type: ColumnType): ColumnBuffer => {
  let cells: unknown[] = [];
  return {
    add(values, from, to) {
      for (let at = from; at < to; at++) {
        const value = values[at] ?? null;
        cells.push(type === "int64" && value !== null ? BigInt(value) : value);
      }
    },
    take() {
      const taken = cells;
      cells = [];
      return taken;
    },
  };
};
