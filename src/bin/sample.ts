/** @file `counterweight sample`: text written by a run's model. */
import { dirname, join } from "node:path";
import { Command, InvalidArgumentError } from "commander";

import { modelFolderOf, readCheckpoint } from "../checkpoint.ts";
import { readManifest } from "../corpus/manifest-file.ts";
import { loadTokenizer } from "../corpus/tokenizer/tokenizer.ts";
import { ConfigError } from "../errors.ts";
import { createFiles } from "../files.ts";
import { checkIsRun, placesOf, readRunConfig } from "../run-folder.ts";
import { openGptTrainer } from "../training/gpt-trainer.ts";

interface SampleOptions {
  readonly prompt: string;
  readonly tokens: number;
  readonly temperature: number;
  readonly topK?: number;
  readonly seed: string;
  readonly step?: number;
}

const atLeast =
  (least: number, whole: boolean) =>
  (text: string): number => {
    const value = Number(text);
    if (!(value >= least) || (whole && !Number.isInteger(value)))
      throw new InvalidArgumentError(`must be ${whole ? "a whole number" : "a number"} of at least ${least}`);
    return value;
  };

const sample = async (folder: string, options: SampleOptions): Promise<void> => {
  const files = createFiles();
  await checkIsRun(files, folder);
  const config = await readRunConfig(files, folder);
  const { corpus, model } = config;
  if (corpus.kind !== "shards" || model.kind !== "gpt")
    throw new ConfigError("only a run over text can write text", {
      path: folder,
      hint: "choose a run over token shards",
    });
  const checkpoint = await readCheckpoint(files, placesOf(folder).checkpoints, options.step ?? "latest");
  if (checkpoint === undefined)
    throw new ConfigError("this run has no checkpoint with a model", {
      path: folder,
      hint: "train it first; a trainer of your own keeps its model where it likes, and this cannot ask it",
    });
  const manifest = await readManifest(corpus.manifest);
  const tokenizer = await loadTokenizer(join(dirname(corpus.manifest), manifest.tokenizer.uri));
  const trainer = await openGptTrainer({
    ...config,
    model,
    seqLen: manifest.seqLen,
    vocabSize: manifest.tokenizer.vocabSize,
    endOfText: manifest.tokenizer.endOfText,
  });
  try {
    await trainer.load(modelFolderOf(checkpoint.folder));
    const prompt = options.prompt === "" ? [tokenizer.endOfText] : tokenizer.encode(options.prompt);
    const written = await trainer.generate({
      prompt,
      count: options.tokens,
      temperature: options.temperature,
      ...(options.topK !== undefined && { topK: options.topK }),
      seed: options.seed,
      stopAt: tokenizer.endOfText,
    });
    process.stdout.write(`${options.prompt}${tokenizer.decode(written)}\n`);
  } finally {
    await trainer.close();
  }
};

/** The command. */
export const sampleCommand = (): Command =>
  new Command("sample")
    .description("Write text with a run's model.")
    .argument("<run>", "the run's folder")
    .option("--prompt <text>", "text to continue", "")
    .option("--tokens <n>", "tokens to write at most", atLeast(1, true), 200)
    .option("--temperature <t>", "0 always takes the likeliest token", atLeast(0, false), 0.8)
    .option("--top-k <n>", "draw from the n likeliest tokens only", atLeast(1, true))
    .option("--seed <text>", "key of the draws: the same seed gives the same text", "counterweight")
    .option("--step <n>", "checkpoint of that step (default: the newest)", atLeast(0, true))
    .action(sample);
