/** @file `counterweight score`: what a model makes of every row of a corpus, as a ledger that other runs refer to. */
import { join, resolve } from "node:path";

import { checkConfig } from "../../config/config.ts";
import type { Config } from "../../config/schema.ts";
import { type Corpus, openCorpus } from "../../corpus/corpus.ts";
import { hashFile } from "../../corpus/prepare/file-hash.ts";
import { type Files, sweepTemporaries } from "../../files.ts";
import { placesOf, writeRunConfig } from "../../run-folder.ts";
import type { EngineOptions } from "../../training/options.ts";
import { checkReadable } from "./check-readable.ts";
import { scoredRows } from "./scored-rows.ts";
import {
  type ScoresRecord,
  checkNothingElse,
  checkSameScores,
  readScoresRecord,
  writeScoresRecord,
} from "./scores-folder.ts";
import { type ScoringModel, findModel } from "./scoring-model.ts";
import { checkScoringFits } from "./scoring-memory.ts";
import { type ScoreProgress, scoreRest, standingOf } from "./scoring.ts";

export type { ScoreProgress } from "./scoring.ts";

/** What is scored, with what, and into where. */
export interface ScoreOptions {
  readonly files: Files;
  /** Folder of a run, a checkpoint or a published GPT-2. */
  readonly model: string;
  /** Path of the corpus' manifest. */
  readonly manifest: string;
  /** Folder of the scores: new, or one in which they go on. */
  readonly out: string;
  /** Rows computed at once; as many as the model's run computed when left out, 16 without a run. */
  readonly batchSize?: number | undefined;
  /** The run's, or the usual one, when left out. */
  readonly engine?: EngineOptions | undefined;
  /** As of {@link checkReadable}. */
  readonly vocabSize?: number | undefined;
  /** Whether held-out rows are scored as well. */
  readonly heldOut: boolean;
  /** Bytes of memory that there are. */
  readonly memory?: number | undefined;
  readonly stealLock?: boolean | undefined;
  /** Ends the work after the batch under way; what is scored is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Told once before the first batch, and after each. */
  readonly onProgress?: (progress: ScoreProgress) => void;
}

/** Scores every row of a corpus once, forward only, in the corpus' order, a batch a step; the rows are logged as not trained.
 * What a folder has is not scored again: the same call goes on after the last step that its ledger holds, with the same batches,
 * so that an interruption changes no loss.
 *
 * A loss that is not finite is logged, and counts as none.
 * @returns where the scores stand at the end
 * @throws {ConfigError} when there is no model or corpus, they do not fit each other or the memory, or the folder holds anything else
 * @throws {LedgerError} when another process scores into the folder, or its ledger is damaged
 * @throws {EngineError|SourceError|ShardError|StorageError} as engine, corpus and disk do. O(rows · forward pass); memory: the
 *   model's, three blocks, and the ledger's `cacheBytes`. */
export const scoreCorpus = async (options: ScoreOptions): Promise<ScoreProgress> => {
  const { files, out, heldOut, vocabSize = null, memory = Infinity } = options;
  const model = await findModel(files, options.model);
  const corpus = await openCorpus(options.manifest, { verify: "read", cacheBytes: null });
  try {
    checkReadable(model, corpus.manifest, vocabSize);
    const standing = await standingOf(files, placesOf(out).ledger);
    const config = configOf(model, options);
    checkScoringFits({ ...model.sizes, biases: true }, config, corpus.manifest, memory);
    const record = await recordOf(model, corpus, config, options);
    const before = await readScoresRecord(files, out);
    if (before === null) await checkNothingElse(files, out, standing.step);
    else if (standing.step > 0) checkSameScores(before, record, out);
    const whole = { ...record, heldOut: heldOut || before?.heldOut === true };
    const rows = scoredRows(corpus.manifest, record.batchSize, whole.heldOut);
    return await scoreRest({ ...options, config, corpus, rows, standing }, async () => {
      await sweepTemporaries(files, out);
      await writeScoresRecord(files, out, whole);
      await writeRunConfig(files, out, { ...config, steps: rows.batches });
    });
  } finally {
    await corpus.close();
  }
};

/** The configuration that scoring amounts to, so that whatever reads runs reads scores. */
const configOf = ({ folder, sizes, trained }: ScoringModel, options: ScoreOptions): Config => {
  const { batchSize, microBatchSize } = trained?.config.training ?? {};
  return checkConfig({
    seed: "scores",
    steps: 1,
    corpus: { manifest: resolve(options.manifest) },
    model: { from: folder, vocabSize: sizes.vocabSize, biases: trained?.options.biases ?? true },
    training: { batchSize: options.batchSize ?? microBatchSize ?? batchSize },
    weighing: { nonFinite: "mask" },
    engine: options.engine ?? trained?.config.engine,
  });
};

const recordOf = async (
  { folder, sizes, trained }: ScoringModel,
  corpus: Corpus,
  config: Config,
  { manifest, heldOut }: ScoreOptions,
): Promise<ScoresRecord> => {
  const { sha256 } = await hashFile(join(folder, "model.safetensors"));
  const rowsIn = (blocks: readonly { readonly rows: number }[]): number =>
    blocks.reduce((sum, { rows }) => sum + rows, 0);
  return {
    formatVersion: 1,
    model: { path: folder, sha256, ...sizes, step: trained?.step ?? null },
    corpus: {
      manifest: resolve(manifest),
      fingerprint: corpus.manifest.fingerprint,
    },
    domains: corpus.manifest.domains.map(({ name }, domain) => ({
      name,
      rows: rowsIn(corpus.blocksOf(domain)),
      heldOutRows: rowsIn(corpus.heldOutBlocksOf(domain)),
    })),
    batchSize: config.training.batchSize,
    heldOut,
    engine: config.engine,
  };
};
