/** @file Writes shards of our own layout, and beside each the raw tokens it holds: node test/interop/write-shards.js FOLDER */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { openParquetShard } from "../../dist/corpus/parquet/shard-writer.js";
import { createFiles } from "../../dist/files.js";

const folder = process.argv[2];
const files = createFiles();

/** Blocks of several pages; a short last block; one row; wide tokens. */
const cases = [
  { name: "pages", tokenDtype: "uint16", seqLen: 2048, rows: 1500, rowsPerBlock: 1024 },
  { name: "small", tokenDtype: "uint16", seqLen: 128, rows: 1001, rowsPerBlock: 100 },
  { name: "single", tokenDtype: "uint16", seqLen: 16, rows: 1, rowsPerBlock: 100 },
  { name: "wide", tokenDtype: "uint32", seqLen: 512, rows: 1500, rowsPerBlock: 600 },
];

for (const { name, rows, ...layout } of cases) {
  const tokens = new (layout.tokenDtype === "uint16" ? Uint16Array : Uint32Array)(rows * layout.seqLen);
  for (let i = 0; i < tokens.length; i++) tokens[i] = Math.imul(i + 1, 2_654_435_761) >>> 7;
  const metadata = { tokenizer: "bytes", tokenizer_hash: "0".repeat(64) };
  const writer = await openParquetShard(files, join(folder, `${name}.parquet`), { ...layout, metadata });
  await writer.append(tokens);
  await writer.close();
  writeFileSync(join(folder, `${name}.bin`), tokens);
}
