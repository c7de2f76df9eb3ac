import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { openLocalSource } from "../../../src/bytes/local.ts";
import { checksumOf } from "../../../src/corpus/blocks/block.ts";
import { readParquetShard } from "../../../src/corpus/parquet/shard.ts";
import { inFolder, pagedParquet, tokensOfShard, writeCorpus } from "../../support/corpus-on-disk.ts";

describe("a Parquet shard", () => {
  it("gives its blocks back, with the checksums that the writer noted", () =>
    inFolder(async (folder) => {
      for (const tokenDtype of ["uint16", "uint32"] as const) {
        const { manifest } = await writeCorpus(folder, { tokenDtype, rowsPerBlock: 5 });
        const source = await openLocalSource(join(folder, "shard-0.parquet"));
        const shard = await readParquetShard(source, manifest);
        const entry = manifest.shards[0]!;
        expect([shard.blockRows, shard.footerHash]).toEqual([[5, 5, 2], entry.footerHash]);
        const narrow = tokensOfShard(0, 12, 8);
        const tokens = new Uint8Array((tokenDtype === "uint16" ? narrow : Uint32Array.from(narrow)).buffer);
        const rowBytes = tokens.length / 12;
        for (const [number, { rows, crc32 }] of entry.blocks.entries()) {
          const buffer = new Uint8Array(shard.bufferBytes(number) + 100);
          const block = await shard.readBlock(number, buffer);
          expect([block.rows, checksumOf(block)]).toEqual([rows, crc32]);
          expect(block.pages.every((page) => page.buffer === buffer.buffer)).toBe(true);
          for (let row = 0; row < rows; row++) {
            const start = (5 * number + row) * rowBytes;
            expect(block.rowAt(row)).toEqual(tokens.slice(start, start + rowBytes));
          }
        }
        await shard.close();
      }
    }));

  it("has the same rows however row groups, pages and blocks are cut", () =>
    inFolder(async (folder) => {
      const cut = fc.record({
        rows: fc.integer({ min: 1, max: 40 }),
        rowsPerPage: fc.integer({ min: 1, max: 9 }),
        blockRows: fc.integer({ min: 1, max: 50 }),
      });
      await fc.assert(
        fc.asyncProperty(cut, async ({ rows, rowsPerPage, blockRows }) => {
          // A row group of one page has no offset index.
          fc.pre(rows > rowsPerPage || rows <= blockRows);
          const tokens = tokensOfShard(1, rows, 8);
          const path = join(folder, "paged");
          await writeFile(path, pagedParquet(tokens, 8, rowsPerPage));
          const expectation = { seqLen: 8, tokenDtype: "uint16", maxBlockBytes: blockRows * 16 } as const;
          const shard = await readParquetShard(await openLocalSource(path), expectation);
          const read: number[] = [];
          for (const [number, most] of shard.blockRows.entries()) {
            expect(most).toBeLessThanOrEqual(Math.max(blockRows, rowsPerPage));
            const block = await shard.readBlock(number, new Uint8Array(shard.bufferBytes(number)));
            for (let row = 0; row < block.rows; row++) read.push(...block.rowAt(row));
          }
          await shard.close();
          expect(new Uint16Array(Uint8Array.from(read).buffer)).toEqual(tokens);
        }),
        { numRuns: 50 },
      );
    }));
});
