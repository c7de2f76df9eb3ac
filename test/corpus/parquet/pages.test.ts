import { describe, expect, it } from "vitest";

import { pagesOf } from "../../../src/corpus/parquet/pages.ts";

/** A page header by hand in Thrift's compact protocol: fields of small integers and structs of them, then the data. */
type Fields = { readonly [field: number]: number | Fields };
const encode = (fields: Fields): number[] => {
  let last = 0;
  const bytes = Object.entries(fields).flatMap(([key, value]) => {
    const field = Number(key);
    const delta = (field - last) << 4;
    last = field;
    return typeof value === "number" ? [delta | 5, value << 1] : [delta | 12, ...encode(value)];
  });
  return [...bytes, 0];
};
const v1 = (values: number, bytes: number, encoding = 0): Fields => ({
  1: 0,
  2: bytes,
  3: bytes,
  5: { 1: values, 2: encoding, 3: 3, 4: 3 },
});
const v2 = (values: number, bytes: number, levels = 0): Fields => ({
  1: 3,
  2: bytes,
  3: bytes,
  8: { 1: values, 2: 0, 3: values, 4: 0, 5: levels, 6: 0 },
});
const page = (header: Fields, data: readonly number[]): number[] => [...encode(header), ...data];
const place = (rows: number) => ({ uri: "a", block: 1, firstRow: 10, rows });
const read = (bytes: readonly number[], rows: number): Uint8Array[] =>
  pagesOf(Uint8Array.from(bytes), 2, place(rows));

describe("pages of a column chunk", () => {
  const two = [...page(v1(2, 4), [1, 2, 3, 4]), ...page(v2(1, 2), [5, 6])];

  it("are views of what was read, of either page version", () => {
    const bytes = Uint8Array.from([9, 9, ...two]);
    const pages = pagesOf(bytes.subarray(2), 2, place(3));
    expect(pages.map((one) => [...one])).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ]);
    expect(pages.every((one) => one.buffer === bytes.buffer)).toBe(true);
  });

  it("are refused with block and row when they do not add up", () => {
    expect(() => read(two, 4)).toThrow("rows of a block must be 4, got 3 (a, block 1, row 13)");
    expect(() => read(two.slice(0, -1), 3)).toThrow(
      "a page must end within its block, got 1 bytes more (a, block 1, row 12)",
    );
    expect(() => read(page(v1(2, 5), [1, 2, 3, 4, 5]), 2)).toThrow(
      "bytes of a page must be rows of 2, got 5 bytes for 2 rows (a, block 1, row 10)",
    );
    expect(() => read(page(v1(0, 0), []), 0)).toThrow("bytes of a page must be rows of 2");
  });

  it("are refused when dictionary-coded, with levels, or not data", () => {
    const plainOnly = "a page must be PLAIN data without levels, got encoding";
    expect(() => read(page(v1(1, 2, 8), [1, 2]), 1)).toThrow(`${plainOnly} 8 (a, block 1, row 10)`);
    expect(() => read(page(v2(1, 2, 1), [1, 2]), 1)).toThrow(`${plainOnly} 0`);
    expect(() => read(page({ 1: 2, 2: 2, 3: 2, 7: { 1: 1, 2: 0 } }, [1, 2]), 1)).toThrow(
      `${plainOnly} undefined`,
    );
    expect(() => read(page({ 1: 0, 2: 2, 3: 2 }, [1, 2]), 1)).toThrow(`${plainOnly} undefined`);
  });

  it("whose headers are no Thrift are refused as such", () => {
    expect(() => read([0x1f, 1], 1)).toThrow(
      "a page header cannot be read: thrift unhandled type: 15 (a, block 1, row 10)",
    );
    expect(() => read([0x15], 1)).toThrow("a page header cannot be read: ");
  });
});
