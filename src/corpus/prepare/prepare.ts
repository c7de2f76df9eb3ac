/** @file Text → token shards: the whole of `counterweight prepare`. Every finished piece is published at once, the manifest last. */
import { availableParallelism } from "node:os";
import { join } from "node:path";

import { ConfigError, CounterweightError, ShardError } from "../../errors.ts";
import { type Files, createFiles } from "../../files.ts";
import { readManifest, writeManifest } from "../manifest-file.ts";
import type { Manifest } from "../manifest.ts";
import { assembleManifest } from "./assemble-manifest.ts";
import { claimFolder } from "./claim-folder.ts";
import { readDataset } from "./dataset-file.ts";
import { type Work, encodeParts } from "./encode-parts.ts";
import { findInputs, hashInputs } from "./inputs.ts";
import { readFinishedParts, writeRecord } from "./part-record.ts";
import { planCorpus } from "./plan.ts";
import { type PrepareProgress, createProgress } from "./progress.ts";
import { readSurvey, writeSurvey } from "./survey-record.ts";
import { makeSurvey } from "./survey.ts";
import { openWorkerPool } from "./worker-pool.ts";

export type { PreparePhase, PrepareProgress } from "./progress.ts";

/** What to prepare, and how. Only `dataset` decides what comes out. */
export interface PrepareOptions {
  /** Path of the dataset file. */
  readonly dataset: string;
  /** Folder of the corpus; made when it is not there. */
  readonly out: string;
  /** Threads that encode; default up to 4 of the machine's cores. */
  readonly workers?: number;
  readonly files?: Files;
  /** Told after each slice of input. */
  readonly onProgress?: (progress: PrepareProgress) => void;
  /** Stops cleanly: what is finished stays and is used at the next start. */
  readonly signal?: AbortSignal;
}

/** A prepared corpus. */
export interface Prepared {
  readonly manifestPath: string;
  readonly manifest: Manifest;
  /** True when all of it was there already. */
  readonly reused: boolean;
}

/** The manifest's file in the corpus' folder. */
const manifestName = "manifest.json";

const interrupted = (): CounterweightError =>
  new CounterweightError("CW_INTERRUPTED", "preparing was stopped", {
    hint: "run the same command again: what is finished is kept",
  });

const prepare = async (work: Work, workers: number, signal: AbortSignal | undefined): Promise<Prepared> => {
  const { source, plan, out, files, progress } = work;
  const manifestPath = join(out, manifestName);
  await claimFolder(files, out, plan, manifestPath);
  const earlier = await readSurvey(files, out, plan);
  const finished = await readFinishedParts(files, out, plan);
  const isComplete = earlier !== undefined && finished.size === plan.parts.length;
  const pool = openWorkerPool(isComplete ? 0 : workers);
  const onAbort = (): void => void pool.close(interrupted());
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    if (signal?.aborted) throw interrupted();
    const surveyed = earlier ?? (await makeSurvey(source, plan, pool, progress));
    if (earlier === undefined) await writeSurvey(files, out, surveyed);
    for await (const [part, record] of encodeParts(work, surveyed, finished, pool)) {
      await writeRecord(files, out, part.name, record);
      finished.set(part, record);
    }
    const manifest = assembleManifest(source, surveyed, plan.parts, finished);
    const written = await readManifest(manifestPath, files).catch(missingOrDamaged);
    const reused = isComplete && written?.fingerprint === manifest.fingerprint;
    if (!reused) await writeManifest(files, manifestPath, manifest);
    return { manifestPath, manifest, reused };
  } finally {
    signal?.removeEventListener("abort", onAbort);
    await pool.close();
  }
};

const missingOrDamaged = (error: unknown): undefined => {
  if (!(error instanceof ConfigError || error instanceof ShardError)) throw error;
};

/** Prepares a corpus: hashes the inputs, surveys the text (documents, words), trains the tokenizer, encodes in threads and writes shards, then the manifest.
 * Writes train/<domain>-<part>.parquet and held-out/ likewise, tokenizer.json, manifest.json, and prepared/ with the records that a restart reads.
 * The bytes written depend on the dataset file's options and on what is in its inputs, on nothing else; not on `workers`.
 * After a crash or a stop the same call goes on: pieces whose hashes are right are used again. With nothing to do it only checks, `reused: true`.
 * @throws {ConfigError}  for a wrong key, a missing or altered input, text that is not UTF-8, too few documents, or a folder with another corpus
 * @throws {SourceError}  when an input cannot be read
 * @throws {StorageError} when the disk refuses; what was finished stays
 * @throws {CounterweightError} CW_INTERRUPTED when `signal` is aborted. O(text); memory: some 16 MiB slices a thread and a part's tokens, 256 MiB at most. */
export const prepareCorpus = async (options: PrepareOptions): Promise<Prepared> => {
  const { dataset, out, files = createFiles(), signal, onProgress = () => {} } = options;
  try {
    const source = await readDataset(files, dataset);
    const progress = createProgress(onProgress);
    const inputs = await hashInputs(files, source, await findInputs(files, source), progress, signal);
    const plan = planCorpus(source.dataset, inputs);
    const workers = options.workers ?? Math.min(4, availableParallelism());
    return await prepare({ source, plan, out, files, progress }, workers, signal);
  } catch (error) {
    throw signal?.aborted ? interrupted() : error;
  }
};
