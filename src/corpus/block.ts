/** @file A block in memory: pages of rows where the read put them, copied out row by row. */
import { crc32 } from "node:zlib";

/** Rows of a block. */
export interface Block {
  readonly rows: number;
  /** Copies a row's tokens, as little-endian bytes, to `target` from `byteOffset` on. */
  copyRow(row: number, target: Uint8Array, byteOffset: number): void;
  /** The rows as they lie in memory: runs of whole rows in order, views that share the block's buffer. */
  readonly pages: readonly Uint8Array[];
}

/** A block over pages; finds a row by the first page's length, as all pages but the last are alike in practice.
 * @param pages    runs of whole rows, none empty
 * @param rowBytes bytes of a row */
export const createBlock = (pages: readonly Uint8Array[], rowBytes: number): Block => {
  const firstRows = [0];
  for (const page of pages) firstRows.push(firstRows.at(-1)! + page.byteLength / rowBytes);
  const rowsOfPage = firstRows[1]!;
  return {
    rows: firstRows.at(-1)!,
    pages,
    copyRow(row, target, byteOffset) {
      let page = Math.min(Math.trunc(row / rowsOfPage), pages.length - 1);
      while (firstRows[page]! > row) page--;
      while (firstRows[page + 1]! <= row) page++;
      const start = (row - firstRows[page]!) * rowBytes;
      target.set(pages[page]!.subarray(start, start + rowBytes), byteOffset);
    },
  };
};

/** CRC-32 (zlib) of a block's rows in order: what a manifest holds. Does not depend on how the shard stores them. O(bytes). */
export const checksumOf = (block: Block): number =>
  block.pages.reduce((checksum, page) => crc32(page, checksum), 0);
