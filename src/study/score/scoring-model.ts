/** @file The model that scores: of a run, of one of its checkpoints, or a GPT-2 as it was published. */
import { basename, dirname, join, resolve } from "node:path";

import { modelFolderOf, readCheckpoint, stepOfCheckpoint } from "../../checkpoint.ts";
import type { Config } from "../../config/schema.ts";
import { readManifest } from "../../corpus/manifest-file.ts";
import type { ManifestTokenizer } from "../../corpus/manifest.ts";
import { ConfigError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { checkIsRun, placesOf, readRunConfig } from "../../run-folder.ts";
import type { GptOptions } from "../../training/options.ts";
import { type PublishedSizes, readPublishedSizes } from "../../training/published-config.ts";

/** A GPT on the disk, and what is known of where it comes from. */
export interface ScoringModel {
  /** Absolute path of the folder of config.json and model.safetensors. */
  readonly folder: string;
  readonly sizes: PublishedSizes;
  /** The run that trained it; null where the folder stands alone. */
  readonly trained: {
    readonly step: number;
    readonly config: Config;
    readonly options: GptOptions;
    /** Of the corpus it learnt from; null where that is no longer where it was. */
    readonly tokenizer: ManifestTokenizer | null;
  } | null;
}

/** Finds the model in a folder: a GPT-2 of config.json and model.safetensors, a checkpoint of a run, or a run, whose newest
 * checkpoint counts.
 * @throws {ConfigError} when there is no model, or none that scores text
 * @throws {LedgerError} when the checkpoint is damaged. O(1). */
export const findModel = async (files: Files, path: string): Promise<ScoringModel> => {
  if (await files.exists(join(path, "model.safetensors"))) return modelAt(files, path, null);
  if (await files.exists(join(path, "checkpoint.json"))) {
    const checkpoint = resolve(path);
    const run = dirname(dirname(checkpoint));
    const step = stepOfCheckpoint(basename(checkpoint));
    const isOfRun = step !== undefined && (await files.exists(placesOf(run).config));
    return isOfRun ? modelOfRun(files, run, step) : modelAt(files, modelFolderOf(checkpoint), null);
  }
  if (await files.exists(placesOf(path).ledger)) return modelOfRun(files, path, "latest");
  throw new ConfigError("there is no model in this folder", {
    path,
    hint: "name a run, one of its checkpoints (runs/…/checkpoints/step-…), or a folder with config.json and model.safetensors of a GPT-2",
  });
};

const modelAt = async (
  files: Files,
  folder: string,
  trained: ScoringModel["trained"],
): Promise<ScoringModel> => ({
  folder: resolve(folder),
  sizes: await readPublishedSizes(files, folder),
  trained,
});

const modelOfRun = async (files: Files, run: string, from: "latest" | number): Promise<ScoringModel> => {
  await checkIsRun(files, run);
  const config = await readRunConfig(files, run);
  const { model: options } = config;
  if (options.kind !== "gpt")
    throw new ConfigError("only a run over text has a model that scores text", {
      path: run,
      hint: "choose a run over token shards",
    });
  const checkpoint = await readCheckpoint(files, placesOf(run).checkpoints, from);
  const folder = checkpoint && modelFolderOf(checkpoint.folder);
  if (folder === undefined || !(await files.exists(join(folder, "model.safetensors"))))
    throw new ConfigError("this run has no checkpoint with a model", { path: run, hint: "train it first" });
  const tokenizer = await tokenizerOf(files, config, checkpoint!.corpus);
  return modelAt(files, folder, { step: checkpoint!.step, config, options, tokenizer });
};

/** Tokenizer of the corpus that a run learns from, where that still lies there. */
const tokenizerOf = async (
  files: Files,
  { corpus }: Config,
  fingerprint: string,
): Promise<ManifestTokenizer | null> => {
  if (corpus.kind !== "shards" || !(await files.exists(corpus.manifest))) return null;
  const manifest = await readManifest(corpus.manifest, files);
  return manifest.fingerprint === fingerprint ? manifest.tokenizer : null;
};
