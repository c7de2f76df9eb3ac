/** @file A corpus small enough for a test: real shards and a real manifest in a folder, every token a function of its place. */
import { join } from "node:path";

import { writeManifest } from "../../src/corpus/manifest-file.ts";
import { type Manifest, type ManifestShard, createManifest } from "../../src/corpus/manifest.ts";
import { openParquetShard } from "../../src/corpus/parquet/shard-writer.ts";
import { createFiles } from "../../src/files.ts";

export interface SmallCorpusOptions {
  /** Training rows of each domain; default two domains of 40 and 24. */
  readonly rows?: readonly number[];
  readonly heldOutRows?: number;
  readonly seqLen?: number;
  readonly rowsPerBlock?: number;
  readonly vocabSize?: number;
}

/** Token `position` of a row: spreads over the vocabulary, differs from row to row. */
export const tokenAt = (shard: number, row: number, position: number, vocabSize: number): number =>
  (shard * 7 + row * 13 + position * 3 + ((row * position) % 5)) % vocabSize;

/** Writes the corpus into `folder`.
 * @returns the manifest's path and the manifest */
export const writeSmallCorpus = async (
  folder: string,
  options: SmallCorpusOptions = {},
): Promise<{ manifestPath: string; manifest: Manifest }> => {
  const { rows = [40, 24], heldOutRows = 6, seqLen = 8, rowsPerBlock = 4, vocabSize = 32 } = options;
  const files = createFiles();
  const shards: ManifestShard[] = [];
  const heldOut: { shard: number; block: number }[] = [];
  const write = async (domain: number, count: number, name: string): Promise<number> => {
    const shard = shards.length;
    const uri = `${name}.parquet`;
    const writer = await openParquetShard(files, join(folder, uri), {
      seqLen,
      tokenDtype: "uint16",
      rowsPerBlock,
      metadata: {},
    });
    const tokens = new Uint16Array(count * seqLen);
    for (let row = 0; row < count; row++)
      for (let position = 0; position < seqLen; position++)
        tokens[row * seqLen + position] = tokenAt(shard, row, position, vocabSize);
    await writer.append(tokens);
    shards.push({ uri, domain, ...(await writer.close()) });
    return shard;
  };
  await files.makeFolder(folder);
  for (const [domain, count] of rows.entries()) {
    await write(domain, count, `d${domain}`);
    if (heldOutRows > 0) {
      const shard = await write(domain, heldOutRows, `d${domain}-held-out`);
      for (const block of shards[shard]!.blocks.keys()) heldOut.push({ shard, block });
    }
  }
  const manifest = createManifest({
    seqLen,
    tokenDtype: "uint16",
    tokenizer: {
      kind: "bytes",
      name: "test",
      hash: "0".repeat(64),
      vocabSize,
      uri: "tokenizer.json",
      endOfText: vocabSize - 1,
    },
    maxBlockBytes: 2 ** 24,
    domains: rows.map((count, domain) => ({
      name: `d${domain}`,
      documents: count,
      tokens: count * seqLen,
      bytes: count * seqLen * 3,
      heldOutTokens: heldOutRows * seqLen,
      heldOutBytes: heldOutRows * seqLen * 3,
    })),
    shards,
    heldOut,
  });
  const manifestPath = join(folder, "manifest.json");
  await writeManifest(files, manifestPath, manifest);
  return { manifestPath, manifest };
};
