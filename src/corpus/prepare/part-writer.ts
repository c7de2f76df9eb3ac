/** @file Packs a part's tokens into rows and publishes its shards. */
import { join } from "node:path";

import type { Files } from "../../files.ts";
import { tokenBytes } from "../manifest.ts";
import { openParquetShard } from "../parquet/shard-writer.ts";
import type { TokenArray } from "../tokenizer/encoder.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { tokenByteLength } from "../tokenizer/vocabulary.ts";
import type { Dataset } from "./dataset.ts";
import { hashFile } from "./file-hash.ts";
import type { ShardRecord } from "./part-record.ts";
import type { EncodedDocuments } from "./tasks.ts";

/** Rows made of documents that follow one another. */
export interface PackedRows {
  /** Shape [rows, L], row after row. */
  readonly tokens: TokenArray;
  readonly rows: number;
  /** Text bytes of these tokens; end-of-text has none. */
  readonly textBytes: number;
}

/** Concatenates documents and cuts rows of `seqLen` tokens; what is left over, under a row, is dropped. O(tokens). */
export const packRows = (
  documents: readonly EncodedDocuments[],
  seqLen: number,
  tokenizer: Tokenizer,
): PackedRows => {
  const length = documents.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const all = tokenizer.vocabSize <= 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length);
  let at = 0;
  let textBytes = 0;
  for (const { tokens, bytes } of documents) {
    all.set(tokens, at);
    at += tokens.length;
    textBytes += bytes;
  }
  const rows = Math.floor(length / seqLen);
  for (const token of all.subarray(rows * seqLen)) textBytes -= tokenByteLength(tokenizer.vocabulary, token);
  return { tokens: all.subarray(0, rows * seqLen), rows, textBytes };
};

/** Rows of a block: as many as `blockBytes` hold, fewer where that would give under `leastBlocks` blocks, about.
 * @returns ≥ 1 */
export const rowsPerBlock = (
  rows: number,
  rowBytes: number,
  blockBytes: number,
  leastBlocks: number,
): number => Math.max(1, Math.min(Math.floor(blockBytes / rowBytes), Math.ceil(rows / leastBlocks)));

/** Where a shard goes and how it is made. */
export interface ShardTarget {
  readonly files: Files;
  /** The corpus' folder. */
  readonly out: string;
  /** Relative to it. */
  readonly uri: string;
  /** Blocks wanted at least: windows need several, evaluation does not. */
  readonly leastBlocks: number;
  readonly dataset: Dataset;
  readonly tokenizer: Tokenizer;
}

/** Publishes a shard of packed rows, whole or not at all.
 * @returns its record; null when there is no row
 * @throws {StorageError} when the disk refuses; what was written is removed where the disk still allows it */
export const writeShard = async (target: ShardTarget, packed: PackedRows): Promise<ShardRecord | null> => {
  if (packed.rows === 0) return null;
  const { files, out, uri, leastBlocks, dataset, tokenizer } = target;
  const path = join(out, uri);
  const { seqLen, blockBytes } = dataset;
  const tokenDtype = packed.tokens instanceof Uint16Array ? "uint16" : "uint32";
  const writer = await openParquetShard(files, path, {
    seqLen,
    tokenDtype,
    rowsPerBlock: rowsPerBlock(packed.rows, seqLen * tokenBytes(tokenDtype), blockBytes, leastBlocks),
    metadata: { tokenizer: dataset.name, tokenizer_hash: tokenizer.hash },
  });
  try {
    await writer.append(packed.tokens);
    const written = await writer.close();
    const { sha256 } = await hashFile(path);
    return { uri, sha256, textBytes: packed.textBytes, ...written };
  } catch (error) {
    // The first failure is the one to report; a leftover is swept at the next start.
    await writer.abort().catch(() => {});
    throw error;
  }
};
