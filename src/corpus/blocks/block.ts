/** @file A block in memory: pages of rows where the read put them. */
import { crc32 } from "node:zlib";

/** Rows of a block. */
export interface Block {
  readonly rows: number;
  /** The rows as they lie in memory: runs of whole rows in order, views that share the block's buffer. */
  readonly pages: readonly Uint8Array[];
  /** A row's tokens as little-endian bytes: a view, valid as long as the block. O(1) where all pages but the last are alike. */
  rowAt(row: number): Uint8Array;
  /** Copies a row's tokens, as little-endian bytes, to `target` from `byteOffset` on. */
  copyRow(row: number, target: Uint8Array, byteOffset: number): void;
}

/** A block over pages.
 * @param pages    runs of whole rows, none empty
 * @param rowBytes bytes of a row */
export const createBlock = (pages: readonly Uint8Array[], rowBytes: number): Block => {
  const firstRows = [0];
  for (const page of pages) firstRows.push(firstRows.at(-1)! + page.byteLength / rowBytes);
  const rowsOfPage = firstRows[1]!;
  const rowAt = (row: number): Uint8Array => {
    let page = Math.min(Math.trunc(row / rowsOfPage), pages.length - 1);
    while (firstRows[page]! > row) page--;
    while (firstRows[page + 1]! <= row) page++;
    const start = (row - firstRows[page]!) * rowBytes;
    return pages[page]!.subarray(start, start + rowBytes);
  };
  return {
    rows: firstRows.at(-1)!,
    pages,
    rowAt,
    copyRow(row, target, byteOffset) {
      target.set(rowAt(row), byteOffset);
    },
  };
};

/** CRC-32 (zlib) of a block's rows in order: what a manifest holds. Does not depend on how the shard stores them. O(bytes). */
export const checksumOf = (block: Block): number =>
  block.pages.reduce((checksum, page) => crc32(page, checksum), 0);
