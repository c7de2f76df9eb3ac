import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";

import { type ShardWriter, openParquetShard } from "../../../src/corpus/parquet/shard-writer.ts";
import { createFiles } from "../../../src/files.ts";
import { inFolder, tokensOfShard } from "../../support/corpus-on-disk.ts";
import { createFailingDisk } from "../../support/failing-disk.ts";

const layout = { seqLen: 8, tokenDtype: "uint16", rowsPerBlock: 5, metadata: { tokenizer: "t" } } as const;
const tokens = tokensOfShard(3, 12, 8);

describe("our own shards", () => {
  it("have one plain required column, a row group a block, and no statistics", () =>
    inFolder(async (folder) => {
      const path = join(folder, "a.parquet");
      const writer = await openParquetShard(createFiles(), path, layout);
      await writer.append(tokens);
      expect(writer.rows).toBe(12);
      const written = await writer.close();
      const file = await readFile(path);
      const metadata = parquetMetadata(new Uint8Array(file));
      expect(metadata.schema.slice(1)).toMatchObject([
        { name: "tokens", type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, repetition_type: "REQUIRED" },
      ]);
      expect(metadata.key_value_metadata).toEqual([
        { key: "seq_len", value: "8" },
        { key: "token_dtype", value: "uint16" },
        { key: "tokenizer", value: "t" },
      ]);
      expect(metadata.created_by).toBe("counterweight");
      const groups = metadata.row_groups.map(({ num_rows: rows, columns }) => ({
        rows,
        meta: columns[0]!.meta_data!,
      }));
      expect(groups.map(({ rows }) => Number(rows))).toEqual([5, 5, 2]);
      for (const { meta } of groups) {
        expect(meta).toMatchObject({ codec: "UNCOMPRESSED", encodings: ["PLAIN"] });
        expect([meta.statistics, meta.dictionary_page_offset]).toEqual([undefined, undefined]);
      }
      const bytes = new Uint8Array(tokens.buffer);
      expect(written).toEqual({
        rows: 12,
        bytes: file.byteLength,
        footerHash: createHash("sha256")
          .update(file.subarray(file.byteLength - 8 - metadata.metadata_length))
          .digest("hex"),
        blocks: [
          { rows: 5, crc32: crc32(bytes.subarray(0, 80)) },
          { rows: 5, crc32: crc32(bytes.subarray(80, 160)) },
          { rows: 2, crc32: crc32(bytes.subarray(160)) },
        ],
      });
    }));

  it("hold what was put in, by another reader", () =>
    inFolder(async (folder) => {
      const path = join(folder, "a.parquet");
      const writer = await openParquetShard(createFiles(), path, layout);
      await writer.append(tokens);
      await writer.close();
      const file = new Uint8Array(await readFile(path)).buffer;
      const rows = await parquetReadObjects({ file, utf8: false });
      const bytes = new Uint8Array(tokens.buffer);
      expect(rows).toEqual(rows.map((_, row) => ({ tokens: bytes.slice(16 * row, 16 * row + 16) })));
      expect(rows).toHaveLength(12);
    }));

  it("are the same bytes however the rows are handed over", () =>
    inFolder(async (folder) => {
      const write = async (name: string, parts: (Uint8Array | Uint16Array)[]): Promise<Buffer> => {
        const writer = await openParquetShard(createFiles(), join(folder, name), layout);
        for (const part of parts) await writer.append(part);
        await writer.close();
        return readFile(join(folder, name));
      };
      const whole = await write("whole", [tokens]);
      const cuts = fc.uniqueArray(fc.nat(12), { maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(cuts, async (at) => {
          const ends = [...at, 12].toSorted((a, b) => a - b);
          const parts = ends.map((end, i) => tokens.subarray((ends[i - 1] ?? 0) * 8, end * 8));
          const asBytes = parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
          expect(await write("parts", at.length % 2 === 0 ? parts : asBytes)).toEqual(whole);
        }),
        { numRuns: 20 },
      );
    }));

  it("cut a block in pages of at most 1 MiB, with an offset index", () =>
    inFolder(async (folder) => {
      const path = join(folder, "a.parquet");
      const wide = { seqLen: 2 ** 17, tokenDtype: "uint16", rowsPerBlock: 9, metadata: {} } as const;
      const writer = await openParquetShard(createFiles(), path, wide);
      await writer.append(new Uint16Array(9 * 2 ** 17));
      await writer.close();
      const column = parquetMetadata(new Uint8Array(await readFile(path))).row_groups[0]!.columns[0]!;
      expect(column.offset_index_length).toBeGreaterThan(0);
      const pages = Number(column.meta_data!.total_compressed_size) / 2 ** 20;
      expect(pages).toBeLessThan(2.26);
    }));

  it("appear whole under their name, or not at all", () =>
    inFolder(async (folder) => {
      const path = join(folder, "a.parquet");
      const failing = async (at: number): Promise<boolean> => {
        const disk = createFailingDisk({ at, tornShare: 0.5 });
        let writer: ShardWriter | undefined;
        try {
          writer = await openParquetShard(createFiles(disk), path, layout);
          await writer.append(tokens);
          await writer.close();
          return false;
        } catch (error) {
          expect(error).toMatchObject({ code: "CW_STORAGE", facts: { errno: "ENOSPC" } });
          await writer?.abort();
          const last = disk.operations[at - 1]!.operation;
          expect(await readdir(folder)).toEqual(last === "syncFolder" ? ["a.parquet"] : []);
          return true;
        }
      };
      let at = 1;
      while (await failing(at)) at++;
      expect(at).toBeGreaterThan(7);
      expect(await readdir(folder)).toEqual(["a.parquet"]);
      const writer = await openParquetShard(createFiles(), join(folder, "b.parquet"), layout);
      await writer.append(tokens);
      await writer.abort();
      expect(await readdir(folder)).toEqual(["a.parquet"]);
    }));

  it("hold whole rows only", () =>
    inFolder(async (folder) => {
      const writer = await openParquetShard(createFiles(), join(folder, "a.parquet"), layout);
      await writer.append(tokens.subarray(0, 20));
      await expect(writer.close()).rejects.toThrow("bytes of a shard must be whole rows of 16 bytes, got 40");
      await writer.abort();
      expect(await readdir(folder)).toEqual([]);
    }));
});
