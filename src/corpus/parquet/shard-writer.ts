/** @file Writes our own shards: Parquet that any reader takes, laid out so that a page is the token matrix. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { SchemaElement } from "hyparquet";
import { ParquetWriter } from "hyparquet-writer";

import { ShardError, mustBe } from "../../errors.ts";
import { type Files, temporaryMark } from "../../files.ts";
import { type ManifestShard, type TokenDtype, tokenBytes } from "../manifest.ts";
import { createFileSink } from "./file-sink.ts";

const pageBytes = 2 ** 20;

/** What a shard holds and how it is cut. */
export interface ShardWriterOptions {
  /** L, tokens a row. */
  readonly seqLen: number;
  readonly tokenDtype: TokenDtype;
  /** Rows of every block but the last; about 8 MB for a large corpus, less for a small one. */
  readonly rowsPerBlock: number;
  /** Key-value metadata beside `seq_len` and `token_dtype`: `tokenizer` and `tokenizer_hash`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The part of a {@link ManifestShard} that a writer knows. */
export type WrittenShard = Pick<ManifestShard, "rows" | "bytes" | "footerHash" | "blocks">;

/** A shard being written. It appears under its name at `close`, whole. */
export interface ShardWriter {
  /** Rows so far. */
  readonly rows: number;
  /** Adds whole rows: tokens in row order, or their little-endian bytes. The argument may be used again after the promise. */
  append(rows: Uint8Array | Uint16Array | Uint32Array): Promise<void>;
  /** Writes the footer, syncs, and gives the file its name. */
  close(): Promise<WrittenShard>;
  /** Gives up and removes what was written. */
  abort(): Promise<void>;
}

const schemaOf = (rowBytes: number): SchemaElement[] => [
  { name: "root", num_children: 1 },
  { name: "tokens", type: "FIXED_LEN_BYTE_ARRAY", type_length: rowBytes, repetition_type: "REQUIRED" },
];

/** SHA-256 of the footer: metadata, its length, and the magic, as the file ends with them. */
const footerHashOf = (tail: Uint8Array): string => {
  const end = tail.byteLength;
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(end - 8, true);
  return createHash("sha256")
    .update(tail.subarray(end - 8 - length))
    .digest("hex");
};

/** Opens a shard of our layout for writing: one column `tokens` FIXED_LEN_BYTE_ARRAY(L × bytes of a token), REQUIRED, PLAIN, uncompressed, no statistics, a row group a block, pages ≤ 1 MiB, offset index. The same rows give the same bytes, however they are handed over.
 * @throws {StorageError} from every method when the disk refuses
 * @throws {ShardError} from `close` when what was appended is not whole rows. Memory: two blocks. */
export const openParquetShard = async (
  files: Files,
  path: string,
  { seqLen, tokenDtype, rowsPerBlock, metadata }: ShardWriterOptions,
): Promise<ShardWriter> => {
  const rowBytes = seqLen * tokenBytes(tokenDtype);
  const temporary = `${path}${temporaryMark}shard`;
  const file = await files.openAppend(temporary, 0);
  const sink = createFileSink(file);
  const facts = { seq_len: String(seqLen), token_dtype: tokenDtype, ...metadata };
  const parquet = new ParquetWriter({
    writer: sink,
    schema: schemaOf(rowBytes),
    codec: "UNCOMPRESSED",
    statistics: false,
    kvMetadata: Object.entries(facts).map(([key, value]) => ({ key, value })),
    createdBy: "counterweight",
  });
  const block = new Uint8Array(rowsPerBlock * rowBytes);
  const blocks: { rows: number; crc32: number }[] = [];
  let filled = 0;
  let rows = 0;

  const writeBlock = async (): Promise<void> => {
    const blockRows = filled / rowBytes;
    const data = Array.from({ length: blockRows }, (_, row) =>
      block.subarray(row * rowBytes, (row + 1) * rowBytes),
    );
    await parquet.write({
      columnData: [{ name: "tokens", data, encoding: "PLAIN", offsetIndex: true }],
      rowGroupSize: blockRows,
      pageSize: pageBytes,
    });
    blocks.push({ rows: blockRows, crc32: crc32(block.subarray(0, filled)) });
    filled = 0;
  };

  return {
    get rows() {
      return rows;
    },
    async append(tokens) {
      const bytes = new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength);
      rows += bytes.byteLength / rowBytes;
      for (let done = 0; done < bytes.byteLength;) {
        const part = bytes.subarray(done, done + block.byteLength - filled);
        block.set(part, filled);
        filled += part.byteLength;
        done += part.byteLength;
        if (filled === block.byteLength) await writeBlock();
      }
    },
    async close() {
      if (filled % rowBytes !== 0)
        throw new ShardError(mustBe("bytes of a shard", `whole rows of ${rowBytes} bytes`, rows * rowBytes), {
          path,
        });
      if (filled > 0) await writeBlock();
      const footerStart = file.byteLength;
      await parquet.finish();
      const tail = new Uint8Array(sink.buffer, 0, file.byteLength - footerStart);
      await file.sync();
      await file.close();
      await files.move(temporary, path);
      return { rows, bytes: file.byteLength, footerHash: footerHashOf(tail), blocks };
    },
    async abort() {
      await file.close();
      await files.remove(temporary);
    },
  };
};
