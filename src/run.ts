/** @file A run: a configuration's stages and trainer, opened in a folder and driven by the loop. The library's front door. */
import {
  type Checkpoint,
  modelFolderOf,
  pagesFolderOf,
  readCheckpoint,
  removeCheckpointsAfter,
} from "./checkpoint.ts";
import { checkConfig, readConfig, withAbsolutePaths } from "./config/config.ts";
import { checkResumable } from "./config/resume.ts";
import type { Config, Pipeline } from "./config/schema.ts";
import { type Drive, createDrive } from "./drive.ts";
import { ConfigError, mustBe } from "./errors.ts";
import { type Files, createFiles } from "./files.ts";
import { type Stages, openStages } from "./open.ts";
import {
  checkIsRun,
  checkNoRun,
  placesOf,
  readMetrics,
  readRunConfig,
  writeRunConfig,
} from "./run-folder.ts";
import { type GptTrainerOptions, openGptTrainer } from "./training/gpt-trainer.ts";
import { openRegressionTrainer } from "./training/linear-regression.ts";
import type { Trainer } from "./training/trainer.ts";

/** How to open a run. */
export interface RunOptions {
  /** The run's folder. */
  readonly dir: string;
  /** The caller's own trainer, closed by its caller; the model that the configuration describes when left out. */
  readonly trainer?: Trainer;
  /** `new` refuses a folder that holds a run; `latest`, or a step that has a checkpoint, goes on. Default `new`. */
  readonly from?: "new" | "latest" | number;
  /** `key.path=value` each, over the values of a pipeline file, or of the run that is resumed without one. */
  readonly overrides?: readonly string[];
  /** Takes over a ledger lock left by another host. */
  readonly stealLock?: boolean;
  readonly files?: Files;
}

/** A run, open; nothing moves before its `start`. */
export interface Run extends Drive {
  readonly config: Config;
  readonly dir: string;
  readonly stages: Stages;
  readonly trainer: Trainer;
  /** The step it goes on after; 0 for a new run. */
  readonly resumedAt: number;
  /** What a user should know of the opening, e.g. what recovery set aside. */
  readonly notes: readonly string[];
}

/** Refuses a model that cannot learn from the corpus: text is for the GPT, bare ordinals for the regression.
 * @throws {ConfigError} naming the kind to change */
export const checkPair = ({ model, corpus }: Config): void => {
  if (model.kind === "gpt" && corpus.kind !== "shards")
    throw new ConfigError(mustBe("model.kind", "regression on a synthetic corpus", model.kind), {
      keyPath: "model.kind",
      hint: "set model.kind to regression, or corpus.manifest to token shards",
    });
  if (model.kind === "regression" && corpus.kind !== "synthetic")
    throw new ConfigError(mustBe("corpus.kind", "synthetic for a regression", corpus.kind), {
      keyPath: "corpus.kind",
      hint: "set corpus to { kind: synthetic, instances: … }, or leave model.kind out",
    });
};

/** The trainer of the model that a configuration describes. */
const openTrainer = (config: Config, { corpus, weighing }: Stages): Promise<Trainer> => {
  const { model } = config;
  const fused: GptTrainerOptions["fused"] = {
    weighing: config.weighing,
    inputs: ({ step, draws }) => ({
      inverseR: weighing.at(step).inverseR,
      correction: weighing.correction(draws.probability, draws.base),
    }),
  };
  if (model.kind === "regression") return openRegressionTrainer({ ...config, model, fused });
  const { seqLen, tokenizer } = corpus.manifest;
  return openGptTrainer({
    ...config,
    model,
    seqLen,
    vocabSize: tokenizer.vocabSize,
    endOfText: tokenizer.endOfText,
    fused,
  });
};

const loadTrainer = async (trainer: Trainer, checkpoint: Checkpoint): Promise<void> => {
  if (trainer.load === undefined)
    throw new ConfigError("a trainer that resumes must have load(folder)", {
      path: checkpoint.folder,
      hint: "give the trainer save and load, or start a new run",
    });
  await trainer.load(modelFolderOf(checkpoint.folder));
};

/** What opening did to the ledger, and what it is compared with, in words. */
const notesOf = ({ ledger, corpus, reference }: Stages, stepsLeft: number): string[] => {
  const { recovery, rebuilt } = ledger;
  const { lastGoodStep, resumedStep, setAside, abandoned } = recovery;
  const notes = setAside.map(
    (path) => `set aside what a crash had torn: ${path}; last good step ${lastGoodStep}`,
  );
  if (abandoned !== null)
    notes.push(
      `going on from step ${resumedStep}; steps up to ${abandoned.step} stay readable as branch ${abandoned.branch}`,
    );
  if (stepsLeft === 0) notes.push("all its steps are done; train on by --steps");
  if (rebuilt !== null) notes.push(`rebuilt the ledger's pages from its log: ${rebuilt}`);
  if (reference !== undefined) {
    const blocks = corpus.manifest.domains.flatMap((_, domain) => corpus.blocksOf(domain));
    const rows = blocks.reduce((sum, block) => sum + block.rows, 0);
    notes.push(
      `the reference has losses of ${reference.instances} instances, as of its step ${reference.position.step}; there are ${rows} to train on`,
    );
  }
  return notes;
};

/** @throws {ConfigError} when the run has already gone further than it is asked to */
const checkSteps = ({ steps }: Config, { step }: Checkpoint, dir: string): void => {
  if (step <= steps) return;
  throw new ConfigError(mustBe("steps", `at least ${step}, where the run stands`, steps), {
    keyPath: "steps",
    path: dir,
    hint: "train on by --steps, or go back to an earlier step",
  });
};

const resolveConfig = async (
  pipeline: string | Pipeline | undefined,
  { dir, from = "new", overrides }: RunOptions,
  files: Files,
): Promise<Config> => {
  const given =
    typeof pipeline === "string"
      ? await readConfig(files, pipeline, overrides)
      : pipeline === undefined
        ? undefined
        : withAbsolutePaths(checkConfig(pipeline));
  if (from === "new") {
    if (given === undefined)
      throw new ConfigError("a new run needs a pipeline", { hint: "name a pipeline file, or resume a run" });
    return given;
  }
  await checkIsRun(files, dir);
  const before = await readRunConfig(files, dir);
  const after = given ?? (await readConfig(files, placesOf(dir).config, overrides));
  checkResumable(before, after);
  return after;
};

/** Opens a run.
 *
 * ```ts
 * const run = await openRun("pipelines/quickstart.yaml", { dir: "runs/mine", trainer });
 * run.steps$.subscribe(({ step, metrics }) => console.log(step, metrics.loss));
 * const summary = await run.start();
 * ```
 * @param pipeline a pipeline file's path or content, whose paths are relative to the working folder; may be left out when resuming
 * @throws {ConfigError} for a wrong pipeline, a folder that holds a run (or none, when resuming) or scores, a corpus or key that
 *   changed, a trainer that cannot load; else as the stages do */
export const openRun = async (pipeline: string | Pipeline | undefined, options: RunOptions): Promise<Run> => {
  const files = options.files ?? createFiles();
  const { dir, from = "new" } = options;
  const config = await resolveConfig(pipeline, options, files);
  if (options.trainer === undefined) checkPair(config);
  const places = placesOf(dir);
  if (from === "new") await checkNoRun(files, dir);
  const checkpoint = from === "new" ? undefined : await readCheckpoint(files, places.checkpoints, from);
  const stages = await openStages(config, files, places.ledger, {
    position: checkpoint && { ...checkpoint, pages: pagesFolderOf(checkpoint.folder) },
    stealLock: options.stealLock,
  });
  let trainer: Trainer | undefined;
  const close = async (): Promise<void> => {
    try {
      await stages.close();
    } finally {
      if (options.trainer === undefined) await trainer?.close?.();
    }
  };
  try {
    trainer = options.trainer ?? (await openTrainer(config, stages));
    if (checkpoint !== undefined) {
      await loadTrainer(trainer, checkpoint);
      checkSteps(config, checkpoint, dir);
    }
    const resumedAt = checkpoint?.step ?? 0;
    if (typeof from === "number") await removeCheckpointsAfter(files, places.checkpoints, from);
    await writeRunConfig(files, dir, config);
    const metrics = await readMetrics(files, places.ledger, resumedAt, checkpoint?.evaluations ?? []);
    const opened = { config, dir, files, stages, trainer, checkpoint, metrics, close };
    const drive = createDrive(opened);
    return {
      ...drive,
      config,
      dir,
      stages,
      trainer,
      resumedAt,
      notes: notesOf(stages, config.steps - resumedAt),
    };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
};
