/** @file What a run takes in memory, part by part, before it starts. */
import type { Config } from "../../config/schema.ts";
import { readManifest } from "../../corpus/manifest-file.ts";
import type { Manifest } from "../../corpus/manifest.ts";
import { openCorpusOf } from "../../corpus/open-corpus-of.ts";
import { ConfigError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { pageWords } from "../../ledger/pages/page.ts";
import { checkPair } from "../../run.ts";
import { type MemoryPart, gptMemory } from "../../training/gpt-memory.ts";
import { gptSizesOf } from "../../training/gpt-sizes.ts";
import { readPublishedSizes } from "../../training/published-config.ts";

/** Node, the packages and the runtime, before anything of the run: 180 MB were measured on Linux. */
export const PROCESS_BYTES: number = 180e6;

const sum = (parts: readonly { readonly bytes: number }[]): number =>
  parts.reduce((total, { bytes }) => total + bytes, 0);

/** Token blocks in memory: two open windows a domain and a block in passing, or what the pipeline allows; never more than the corpus. */
const corpusCacheBytes = ({ corpus, sampler }: Config, manifest: Manifest): number => {
  if (corpus.kind === "synthetic") return 0;
  const rowBytes = manifest.seqLen * (manifest.tokenDtype === "uint16" ? 2 : 4);
  const rows = manifest.domains.map((_, domain) =>
    manifest.shards.reduce((total, shard) => total + (shard.domain === domain ? shard.rows : 0), 0),
  );
  const needed = rows.map((count) =>
    Math.min(count * rowBytes, 2 * sampler.windowBytes + manifest.maxBlockBytes),
  );
  const total = needed.reduce((bytes, domain) => bytes + domain, 0);
  return corpus.cacheBytes === null ? total : Math.min(total, corpus.cacheBytes);
};

/** Pages of the ledger, or of its reference: all of them, or what the pipeline allows. */
export const ledgerCacheBytes = (
  { ledger }: Pick<Config, "ledger">,
  { shards }: Pick<Manifest, "shards">,
): number => {
  const rows = shards.reduce((total, shard) => total + shard.rows, 0);
  return Math.min(ledger.cacheBytes, 4 * pageWords * rows);
};

/**
 * The parts of a run's memory: the process, the corpus' and the ledger's caches, and the trainer's ({@link gptMemory}).
 * Within 10 % of the peak resident size at the sizes that `npm run bench -- training/memory` measures.
 * @returns undefined where the trainer's part is not known: another engine than onnx on the cpu
 * @throws {ConfigError} when `model.from` is no GPT-2
 */
export const runMemory = async (
  config: Config,
  manifest: Manifest,
  files: Files,
): Promise<MemoryPart[] | undefined> => {
  const { model, training, engine, weighing } = config;
  const rest = [
    { name: "process", bytes: PROCESS_BYTES },
    { name: "corpus cache", bytes: corpusCacheBytes(config, manifest) },
    { name: "ledger cache", bytes: ledgerCacheBytes(config, manifest) },
    ...(config.ledger.reference === null
      ? []
      : [{ name: "reference cache", bytes: ledgerCacheBytes(config, manifest) }]),
  ];
  if (model.kind === "regression") return rest;
  const { seqLen, tokenizer } = manifest;
  const published = model.from === null ? undefined : await readPublishedSizes(files, model.from);
  const sizes = gptSizesOf(model, { seqLen, vocabSize: tokenizer.vocabSize }, published);
  const trainer = gptMemory({ sizes, training, engine, weighing, seqLen });
  return trainer && [...rest, ...trainer];
};

/** Manifest of the corpus that a pipeline names.
 * @throws {ConfigError} when the model cannot learn from such a corpus, or there is none */
export const manifestOf = async (config: Config): Promise<Manifest> => {
  checkPair(config);
  const { corpus } = config;
  return corpus.kind === "shards" ? readManifest(corpus.manifest) : (await openCorpusOf(corpus)).manifest;
};

/** Bytes as error texts and tables write them. */
export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

/** Rows of the largest micro-batch that fits; undefined when none does. */
const fittingRows = async (
  config: Config,
  manifest: Manifest,
  files: Files,
  limit: number,
): Promise<number | undefined> => {
  const { batchSize, microBatchSize } = config.training;
  for (let rows = (microBatchSize ?? batchSize) >> 1; rows >= 1; rows >>= 1) {
    if (batchSize % rows !== 0) continue;
    const training = { ...config.training, microBatchSize: rows };
    const parts = await runMemory({ ...config, training }, manifest, files);
    if (parts && sum(parts) <= limit) return rows;
  }
  return undefined;
};

/**
 * Refuses a run that cannot fit.
 * @param limit bytes that the machine, or the container, has
 * @throws {ConfigError} naming both numbers, and the micro-batch that would fit
 */
export const checkFits = async (
  config: Config,
  manifest: Manifest,
  files: Files,
  limit: number,
): Promise<void> => {
  const parts = await runMemory(config, manifest, files);
  if (parts === undefined || sum(parts) <= limit) return;
  const rows = await fittingRows(config, manifest, files, limit);
  throw new ConfigError(
    `estimated memory must be at most the ${gigabytes(limit)} there are here, got ${gigabytes(sum(parts))}`,
    {
      keyPath: rows === undefined ? "model" : "training.microBatchSize",
      hint:
        rows === undefined
          ? "use a smaller model or a smaller corpus.cacheBytes; counterweight inspect --memory shows the parts"
          : `set training.microBatchSize to ${rows}; counterweight inspect --memory shows the parts`,
    },
  );
};
