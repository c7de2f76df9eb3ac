/** @file `counterweight compare`: a grid over a pipeline, its runs side by side. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";

import { CounterweightError } from "../errors.ts";
import { createFiles } from "../files.ts";
import { markBestRates } from "../study/compare/best-rates.ts";
import { type ComparisonProgress, compareRuns } from "../study/compare/compare.ts";
import type { ComparedRun } from "../study/compare/compared-run.ts";
import { type VariedKey, parseVaried } from "../study/compare/grid.ts";
import { compareTable } from "./compare-table.ts";
import { interruptible } from "./interrupt.ts";
import { createProgressLine, duration, nats } from "./progress-line.ts";

interface CompareOptions {
  readonly vary: readonly VariedKey[];
  readonly set: readonly string[];
  readonly stepsTo?: number;
  readonly keep?: string;
  readonly json?: boolean;
}

const aLoss = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError("must be a number above 0");
  return value;
};

const progressOf = ({ run, runs, point, step, steps, loss, secondsLeft }: ComparisonProgress): string =>
  [
    `run ${run}/${runs}`,
    point.join(" "),
    `step ${step}/${steps}`,
    `loss ${nats(loss)}`,
    `${duration(secondsLeft)} left`,
  ].join(" · ");

const finished = ({ varied, steps, diverged, heldOutLoss }: ComparedRun): string => {
  const point = Object.entries(varied).map(([keyPath, value]) => `${keyPath}=${JSON.stringify(value)}`);
  const loss = heldOutLoss === null ? "no held-out loss" : `held-out loss ${nats(heldOutLoss)}`;
  return `${point.join(" ")}: ${diverged ? "diverged" : loss} after ${steps} steps`;
};

const compare = async (pipeline: string, options: CompareOptions): Promise<void> => {
  const { vary, set, stepsTo: target, keep, json } = options;
  const line = createProgressLine();
  const controller = new AbortController();
  const runs: ComparedRun[] = [];
  const folder = keep ?? (await mkdtemp(join(tmpdir(), "counterweight-compare-")));
  const stop = (): void => {
    line.say("stopping after this step; once more to quit at once");
    controller.abort();
  };
  let interrupted = false;
  try {
    interrupted = await interruptible(stop, async () => {
      const comparison = compareRuns({
        pipeline,
        varied: vary,
        overrides: set,
        target,
        folder,
        keep: keep !== undefined,
        files: createFiles(),
        signal: controller.signal,
        onProgress: (progress) => line.update(() => progressOf(progress)),
      });
      for await (const run of comparison) {
        runs.push(run);
        line.say(finished(run));
      }
    });
  } finally {
    line.end();
    if (keep === undefined) await rm(folder, { recursive: true, force: true });
  }
  const marked = markBestRates(runs);
  if (marked.length > 0)
    process.stdout.write(json ? `${JSON.stringify(marked, null, 2)}\n` : compareTable(marked, target));
  if (interrupted)
    throw new CounterweightError("CW_INTERRUPTED", "the comparison was stopped", {
      hint: "what is shown are the runs that were finished",
    });
};

/** The command. */
export const compareCommand = (): Command =>
  new Command("compare")
    .description("Run a grid over a pipeline, one run after another, and show the runs side by side.")
    .argument("<pipeline>", "pipeline file (YAML)")
    .requiredOption(
      "--vary <key.path=a,b,…>",
      "a key and the values it takes; repeated, all combinations are run",
      (text: string, before: readonly VariedKey[] | undefined) => [...(before ?? []), parseVaried(text)],
    )
    .option(
      "--set <key.path=value>",
      "override a value for all runs; may be repeated",
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option("--steps-to <loss>", "held-out loss in nats: count the steps until it is reached", aLoss)
    .option("--keep <folder>", "keep the runs' folders, in this one")
    .option("--json", "print the runs as JSON")
    .action(compare);
