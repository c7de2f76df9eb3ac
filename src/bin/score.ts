/** @file `counterweight score`: every row of a corpus through a model once; ends cleanly at Ctrl-C and goes on where it stood. */
import { join } from "node:path";
import { Command, Option } from "commander";

import { CounterweightError } from "../errors.ts";
import { createFiles } from "../files.ts";
import { candidates } from "../study/engines/candidates.ts";
import { type ScoreProgress, scoreCorpus } from "../study/score/score.ts";
import { readScoresRecord } from "../study/score/scores-folder.ts";
import { summariseScores } from "../study/score/scores-summary.ts";
import type { EngineOptions } from "../training/options.ts";
import { countFrom } from "./count-from.ts";
import { interruptible } from "./interrupt.ts";
import { memoryLimit } from "./memory-limit.ts";
import { count, createProgressLine, duration } from "./progress-line.ts";
import { scoresTable } from "./scores-text.ts";

interface ScoreCommandOptions {
  readonly corpus: string;
  readonly out: string;
  readonly batchSize?: number;
  readonly heldOut?: boolean;
  readonly engine?: string;
  readonly threads?: number;
  readonly vocabSize?: number;
  readonly stealLock?: boolean;
}

/** Two threads where nothing is said, as in a pipeline. */
const engineOf = (name = "onnx cpu", threads = 2): EngineOptions => {
  const { options } = candidates().find((candidate) => candidate.name === name)!;
  return options.kind === "onnx" ? { ...options, threads } : options;
};

/** Says how far the scores are, and how fast: from the end of the first batch on, which pays for compiling. */
const createPace = (): ((progress: ScoreProgress) => string) => {
  let began: { readonly at: number; readonly done: number } | undefined;
  return ({ done, rows, seqLen }) => {
    began ??= { at: performance.now(), done };
    const so = `${done} of ${rows} rows`;
    if (done === began.done) return so;
    const rate = (1000 * (done - began.done)) / (performance.now() - began.at);
    return `${so} · ${count(rate)} rows/s · ${count(rate * seqLen)} tokens/s · ${duration((rows - done) / rate)} left`;
  };
};

const score = async (model: string, options: ScoreCommandOptions, command: Command): Promise<void> => {
  const { corpus, out, heldOut = false, engine, threads, ...rest } = options;
  if (threads !== undefined && engine?.startsWith("tfjs") === true)
    command.error("error: --threads is for onnx; tfjs takes what there is");
  const files = createFiles();
  const manifest = corpus.endsWith(".json") ? corpus : join(corpus, "manifest.json");
  const line = createProgressLine();
  const controller = new AbortController();
  const stop = (): void => {
    line.say("stopping after this batch; once more to quit at once");
    controller.abort();
  };
  const pace = createPace();
  let before: number | undefined;
  const onProgress = (progress: ScoreProgress): void => {
    if (before === undefined) {
      before = progress.done;
      line.say(before === 0 ? `scoring into ${out}` : `going on in ${out} after ${before} rows`);
    } else {
      const words = pace(progress);
      line.update(() => words);
    }
  };
  const asked = {
    ...rest,
    files,
    model,
    manifest,
    out,
    heldOut,
    onProgress,
    memory: memoryLimit(),
    signal: controller.signal,
  };
  const choosesEngine = engine !== undefined || threads !== undefined;
  let finished = false;
  await interruptible(stop, async () => {
    try {
      const { done, rows } = await scoreCorpus({
        ...asked,
        engine: choosesEngine ? engineOf(engine, threads) : undefined,
      });
      finished = done === rows;
    } finally {
      line.end();
    }
    if (!finished) return;
    const record = await readScoresRecord(files, out);
    const table = scoresTable(await summariseScores(files, out, record!));
    const what = before === undefined ? "all of it was scored before" : "scored";
    process.stdout.write(`${table}${what}: ${out} can be a run's ledger.reference\n`);
  });
  if (!finished)
    throw new CounterweightError("CW_INTERRUPTED", "the scoring was stopped", {
      hint: "run the same command again: what is scored is kept",
    });
};

/** The command. */
export const scoreCommand = (): Command =>
  new Command("score")
    .description("Score every training row of a corpus with a model: a ledger that other runs refer to.")
    .argument("<model>", "a run, one of its checkpoints, or the folder of a published GPT-2")
    .requiredOption("--corpus <manifest>", "manifest.json of the corpus, or its folder")
    .requiredOption("--out <folder>", "where the scores go; those that are there already go on")
    .option(
      "--batch-size <rows>",
      "rows computed at once (default: as many as the model's run does, else 16)",
      countFrom(1),
    )
    .option("--held-out", "score the held-out rows too, after the others")
    .addOption(
      new Option("--engine <name>", "what computes (default: the run's engine, else onnx cpu)").choices(
        candidates().map(({ name }) => name),
      ),
    )
    .option(
      "--threads <n>",
      "threads of onnx (default: as many as the model's run takes, else 2)",
      countFrom(1),
    )
    .option(
      "--vocab-size <n>",
      "the model's vocabulary, where it is meant to be larger than the corpus'",
      countFrom(1),
    )
    .option("--steal-lock", "take over the ledger's lock from another host")
    .action(score);
