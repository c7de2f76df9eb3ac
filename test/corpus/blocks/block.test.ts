import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { checksumOf, createBlock } from "../../../src/corpus/blocks/block.ts";

/** Pages of any lengths over one run of bytes. */
const cutBytes = fc
  .tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 9 }),
  )
  .map(([rowBytes, pageRows]) => {
    const rows = pageRows.reduce((sum, n) => sum + n, 0);
    const bytes = Uint8Array.from({ length: rows * rowBytes }, (_, i) => (i * 61) % 256);
    let at = 0;
    const pages = pageRows.map((n) => bytes.subarray(at, (at += n * rowBytes)));
    return { rowBytes, rows, bytes, pages };
  });

describe("a block", () => {
  it("finds every row whatever its pages, as a view and as a copy", () => {
    fc.assert(
      fc.property(cutBytes, ({ rowBytes, rows, bytes, pages }) => {
        const block = createBlock(pages, rowBytes);
        expect(block.rows).toBe(rows);
        const copy = new Uint8Array(bytes.length);
        for (let row = 0; row < rows; row++) {
          expect(block.rowAt(row).buffer).toBe(bytes.buffer);
          expect(block.rowAt(row)).toEqual(bytes.slice(row * rowBytes, (row + 1) * rowBytes));
          block.copyRow(row, copy, row * rowBytes);
        }
        expect(copy).toEqual(bytes);
      }),
    );
  });

  it("has a checksum that does not depend on its pages", () => {
    fc.assert(
      fc.property(cutBytes, ({ rowBytes, bytes, pages }) => {
        expect(checksumOf(createBlock(pages, rowBytes))).toBe(crc32(bytes));
      }),
    );
    expect(checksumOf(createBlock([new TextEncoder().encode("123456789")], 9))).toBe(0xcbf43926);
  });
});
