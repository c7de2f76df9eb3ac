/** @file Writes a corpus of random tokens for a benchmark: real shards and a real manifest. */
import { join } from "node:path";

import { writeManifest } from "../../corpus/manifest-file.ts";
import { type ManifestShard, createManifest } from "../../corpus/manifest.ts";
import { openParquetShard } from "../../corpus/parquet/shard-writer.ts";
import type { Files } from "../../files.ts";
import { fillWords, keyOf } from "../../random.ts";
import { type BenchmarkPlan, rowBytes, seqLen } from "./plan.ts";

const vocabSize = 2 ** 16;

/** Writes one shard file of a domain; tokens are uniform over the vocabulary and follow from the domain's number. */
const writeShard = async (
  files: Files,
  path: string,
  domain: number,
  { rowsPerShard, rowsPerBlock }: BenchmarkPlan,
): Promise<Omit<ManifestShard, "uri" | "domain">> => {
  const writer = await openParquetShard(files, path, {
    seqLen,
    tokenDtype: "uint16",
    rowsPerBlock,
    metadata: {},
  });
  const key = keyOf("bench", `domain-${domain}`, "tokens");
  for (let row = 0; row < rowsPerShard; row += rowsPerBlock) {
    const words = new Uint32Array((Math.min(rowsPerBlock, rowsPerShard - row) * rowBytes) / 4);
    fillWords(key, (row * rowBytes) / 4, words);
    await writer.append(words);
  }
  return writer.close();
};

/** Writes the corpus of a plan: one file a domain, which each of the domain's shards names.
 * @param check called before each file; may throw
 * @returns the manifest's path and those of the files
 * @throws {StorageError} when the disk refuses. O(bytes), 256 MiB at most. */
export const writeSyntheticCorpus = async (
  files: Files,
  folder: string,
  plan: BenchmarkPlan,
  check: () => void,
): Promise<{ manifestPath: string; shardPaths: string[] }> => {
  await files.makeFolder(folder);
  const shards: ManifestShard[] = [];
  const shardPaths: string[] = [];
  for (let domain = 0; domain < plan.domains; domain++) {
    check();
    const uri = `domain-${domain}.parquet`;
    const path = join(folder, uri);
    const written = await writeShard(files, path, domain, plan);
    shardPaths.push(path);
    for (let number = 0; number < plan.shardsPerDomain; number++) shards.push({ uri, domain, ...written });
  }
  const tokens = plan.shardsPerDomain * plan.rowsPerShard * seqLen;
  const manifest = createManifest({
    seqLen,
    tokenDtype: "uint16",
    tokenizer: {
      kind: "bytes",
      name: "random",
      hash: "0".repeat(64),
      vocabSize,
      uri: "none.json",
      endOfText: 0,
    },
    maxBlockBytes: plan.rowsPerBlock * rowBytes,
    domains: Array.from({ length: plan.domains }, (_, domain) => ({
      name: `domain-${domain}`,
      documents: 0,
      tokens,
      bytes: 0,
      heldOutTokens: 0,
      heldOutBytes: 0,
    })),
    shards,
    heldOut: [],
  });
  const manifestPath = join(folder, "manifest.json");
  await writeManifest(files, manifestPath, manifest);
  return { manifestPath, shardPaths };
};
