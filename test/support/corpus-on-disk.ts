/** @file Small corpora on disk whose every token is known: row r of shard s is a run that starts with s, r. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ParquetWriter, ByteWriter } from "hyparquet-writer";

import { writeManifest } from "../../src/corpus/manifest-file.ts";
import {
  type Manifest,
  type ManifestParts,
  type TokenDtype,
  createManifest,
} from "../../src/corpus/manifest.ts";
import { openParquetShard } from "../../src/corpus/parquet/shard-writer.ts";
import { createFiles } from "../../src/files.ts";

/** Runs `work` in a folder of its own, removed afterwards. */
export const inFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), "counterweight-corpus-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** Tokens of a shard: shape [rows, seqLen], all below 60,000. */
export const tokensOfShard = (shard: number, rows: number, seqLen: number): Uint16Array<ArrayBuffer> => {
  const tokens = new Uint16Array(rows * seqLen);
  for (let row = 0; row < rows; row++)
    for (let at = 0; at < seqLen; at++)
      tokens[row * seqLen + at] =
        at === 0 ? shard : at === 1 ? row : (shard * 7919 + row * 104_729 + at * 31) % 60_000;
  return tokens;
};

/** Parts of a manifest that tests rarely care for. */
export const plainParts = (
  domains = 1,
): Pick<ManifestParts, "tokenizer" | "domains" | "maxBlockBytes" | "heldOut"> => ({
  tokenizer: {
    kind: "bytes",
    name: "plain",
    hash: "a".repeat(64),
    vocabSize: 65_536,
    uri: "tokenizer.json",
    endOfText: 0,
  },
  domains: Array.from({ length: domains }, (_, number) => ({
    name: `domain-${number}`,
    documents: 20,
    tokens: 1000,
    bytes: 4000,
    heldOutTokens: 100,
    heldOutBytes: 400,
  })),
  maxBlockBytes: 2 ** 23,
  heldOut: [],
});

/** What {@link writeCorpus} is to write. */
export interface CorpusPlan {
  readonly seqLen?: number;
  readonly tokenDtype?: TokenDtype;
  readonly rowsPerBlock?: number;
  readonly shards?: readonly { readonly rows: number; readonly domain?: number }[];
  readonly heldOut?: Manifest["heldOut"];
}

/** A corpus of Parquet shards shard-0.parquet … and manifest.json. */
export const writeCorpus = async (
  folder: string,
  {
    seqLen = 8,
    tokenDtype = "uint16",
    rowsPerBlock = 5,
    shards = [{ rows: 12 }],
    heldOut = [],
  }: CorpusPlan = {},
): Promise<{ manifestPath: string; manifest: Manifest }> => {
  const files = createFiles();
  const entries = [];
  for (const [number, { rows, domain = 0 }] of shards.entries()) {
    const uri = `shard-${number}.parquet`;
    const layout = {
      seqLen,
      tokenDtype,
      rowsPerBlock,
      metadata: { tokenizer: "plain", tokenizer_hash: "a".repeat(64) },
    };
    const writer = await openParquetShard(files, join(folder, uri), layout);
    const tokens = tokensOfShard(number, rows, seqLen);
    await writer.append(tokenDtype === "uint16" ? tokens : Uint32Array.from(tokens));
    entries.push({ uri, domain, ...(await writer.close()) });
  }
  const domains = Math.max(...shards.map(({ domain = 0 }) => domain)) + 1;
  const manifest = createManifest({ seqLen, tokenDtype, ...plainParts(domains), shards: entries, heldOut });
  const manifestPath = join(folder, "manifest.json");
  await writeManifest(files, manifestPath, manifest);
  return { manifestPath, manifest };
};

/** A Parquet file of one row group whose pages hold `rowsPerPage` rows, as foreign writers may cut it. */
export const pagedParquet = (
  tokens: Uint16Array,
  seqLen: number,
  rowsPerPage: number,
  offsetIndex = true,
): Uint8Array => {
  const writer = new ByteWriter();
  const rowBytes = 2 * seqLen;
  const parquet = new ParquetWriter({
    writer,
    schema: [
      { name: "root", num_children: 1 },
      { name: "tokens", type: "FIXED_LEN_BYTE_ARRAY", type_length: rowBytes, repetition_type: "REQUIRED" },
    ],
    codec: "UNCOMPRESSED",
    statistics: false,
  });
  const rows = tokens.length / seqLen;
  const data = Array.from(
    { length: rows },
    (_, row) => new Uint8Array(tokens.buffer, row * rowBytes, rowBytes),
  );
  const columnData = [{ name: "tokens", data, encoding: "PLAIN" as const, offsetIndex }];
  // A page ends before the row that would reach the limit.
  void parquet.write({ columnData, rowGroupSize: rows, pageSize: (rowsPerPage + 1) * rowBytes });
  void parquet.finish();
  return writer.getBytes();
};
