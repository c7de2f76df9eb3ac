/** @file `counterweight train`: runs a pipeline, shows its progress, and ends cleanly at Ctrl-C. */
import { basename, join } from "node:path";
import { Command, InvalidArgumentError } from "commander";

import { readConfig } from "../config/config.ts";
import { CounterweightError } from "../errors.ts";
import { createFiles } from "../files.ts";
import type { Step } from "../loop.ts";
import { readRunConfig } from "../run-folder.ts";
import { type Run, openRun } from "../run.ts";
import { checkFits, manifestOf } from "../study/memory/run-memory.ts";
import { placesOf } from "../run-folder.ts";
import { loadPlotLibrary } from "../study/report/plot-library.ts";
import { interruptible } from "./interrupt.ts";
import { memoryLimit } from "./memory-limit.ts";
import { writeReport } from "./report.ts";
import { summaryText } from "./summary-text.ts";
import { count, createProgressLine, duration, nats } from "./progress-line.ts";

interface TrainOptions {
  readonly run?: string;
  readonly steps?: number;
  readonly set: readonly string[];
  readonly resume?: true | number;
  readonly stealLock?: boolean;
  readonly report?: boolean;
}

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError("must be a whole number; a pipeline goes before the options");
  return value;
};

/** runs/<pipeline>-1, -2, …: the first that is not there. */
const nextRunFolder = async (pipeline: string): Promise<string> => {
  const name = basename(pipeline).replace(/\.ya?ml$/, "");
  const files = createFiles();
  const taken = (await files.list("runs"))
    .map((folder) => (folder.startsWith(`${name}-`) ? Number(folder.slice(name.length + 1)) : 0))
    .filter(Number.isInteger);
  // A folder without a config.json holds what is left of a run that could not start.
  const last = Math.max(0, ...taken);
  const isRun = last > 0 && (await files.exists(placesOf(join("runs", `${name}-${last}`)).config));
  return join("runs", `${name}-${isRun || last === 0 ? last + 1 : last}`);
};

const progressOf = (run: Run): ((step: Step) => string) => {
  const { steps, training } = run.config;
  const { domains, seqLen } = run.stages.corpus.manifest;
  const { ledger } = run.stages;
  // The first step pays for compiling, so the clock starts at its end.
  let started: number | undefined;
  return ({ step, metrics }) => {
    started ??= performance.now();
    const seconds = (performance.now() - started) / 1000;
    const done = step - run.resumedAt - 1;
    const rate = (done * training.batchSize * seqLen) / seconds;
    const shares = run.stages.sampler.shares();
    const total = shares.reduce((sum, { realised }) => sum + realised, 0);
    const mix = shares.map(
      ({ domain, realised }) => `${domains[domain]!.name} ${((100 * realised) / total).toFixed(0)}%`,
    );
    const rows = shares.reduce((sum, share) => sum + share.rows, 0);
    const left = ((steps - step) * seconds) / done;
    return [
      `step ${step}/${steps}`,
      `loss ${nats(metrics["loss"]!)}`,
      ...(done > 0 ? [`${count(rate)} tokens/s`, `${duration(left)} left`] : []),
      `ESS ${metrics["ess"]!.toFixed(1)}/${training.batchSize}`,
      `M·w_max ${metrics["maxWeightTimesSize"]!.toFixed(2)}`,
      `gamma ${metrics["gamma"]!.toFixed(3)}`,
      `rho ${metrics["rho"]!.toFixed(3)}`,
      `coverage ${((100 * ledger.totals.instances) / rows).toFixed(0)}%`,
      `ledger ${count(ledger.totals.bytes)}B`,
      mix.join(" "),
    ].join(" · ");
  };
};

const train = async (
  pipeline: string | undefined,
  options: TrainOptions,
  command: Command,
): Promise<void> => {
  const resumes = options.resume !== undefined;
  if (resumes && options.run === undefined)
    command.error("error: name the run to go on with: --run <folder> --resume");
  if (pipeline === undefined && !resumes)
    command.error("error: name a pipeline file, or a run to go on with: --run <folder> --resume");
  const dir = options.run ?? (await nextRunFolder(pipeline!));
  const overrides = [...options.set, ...(options.steps === undefined ? [] : [`steps=${options.steps}`])];
  const files = createFiles();
  const config =
    pipeline === undefined ? await readRunConfig(files, dir) : await readConfig(files, pipeline, overrides);
  await checkFits(config, await manifestOf(config), files, memoryLimit());
  // What a report needs and is not there shall be said before hours of training.
  if (options.report === true) await loadPlotLibrary();
  const line = createProgressLine();
  const run = await openRun(pipeline, {
    dir,
    overrides,
    ...(resumes && { from: options.resume === true ? "latest" : options.resume }),
    ...(options.stealLock && { stealLock: true }),
  });
  line.say(resumes ? `resuming ${dir} after step ${run.resumedAt}` : `starting ${dir}`);
  for (const words of run.notes) line.say(words);
  const progress = progressOf(run);
  run.steps$.subscribe({ next: (step) => line.update(() => progress(step)), error: () => line.end() });
  const stop = (): void => {
    line.say("stopping after this step; once more to quit at once");
    run.stop().catch(() => undefined);
  };
  const interrupted = await interruptible(stop, async () => {
    const summary = await run.start();
    line.end();
    process.stdout.write(summaryText(summary, dir));
  });
  if (interrupted)
    throw new CounterweightError("CW_INTERRUPTED", "the run was stopped", {
      hint: `go on with: counterweight train --run ${dir} --resume`,
    });
  if (options.report === true) process.stdout.write(await writeReport(join(dir, "report.html"), [dir]));
};

/** The command. */
export const trainCommand = (): Command =>
  new Command("train")
    .description("Train as a pipeline file says; writes a run folder.")
    .argument("[pipeline]", "pipeline file (YAML); may be left out with --resume")
    .option("--run <folder>", "the run's folder (default: runs/<pipeline>-<number>)")
    .option("--steps <n>", "same as --set steps=<n>", wholeNumber)
    .option(
      "--set <key.path=value>",
      "override a value of the pipeline; may be repeated",
      (value: string, before: string[]) => [...before, value],
      [],
    )
    .option(
      "--resume [step]",
      "go on with the run in --run, from its newest checkpoint or that of a step",
      wholeNumber,
    )
    .option("--steal-lock", "take over the ledger's lock from another host")
    .option("--report", "write a report of the run into its folder when its last step is done")
    .action(train);
