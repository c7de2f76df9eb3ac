/** @file `counterweight what-if`: another weighing or sampler on the losses that a run recorded. */
import { Command } from "commander";

import { createFiles } from "../files.ts";
import { openRecordedRun } from "../study/replay/recorded-run.ts";
import { readQuestion } from "../study/what-if/changed-config.ts";
import { whatIf } from "../study/what-if/what-if.ts";
import { scratchPath, withProgress } from "./replay-progress.ts";
import { whatIfText } from "./what-if-text.ts";

interface WhatIfCommandOptions {
  readonly set: readonly string[];
  readonly corpus?: string;
  readonly reference?: string;
  readonly json?: boolean;
}

const ask = async (folder: string, { set, corpus, reference, json }: WhatIfCommandOptions): Promise<void> => {
  const files = createFiles();
  const run = await openRecordedRun(files, folder, { corpus, reference });
  const question = await readQuestion(files, run, set);
  await withProgress(async (progress) => {
    const onProgress = (done: number, all: number): void => progress("steps", done, all);
    const answer = await whatIf(run, question, { files, scratchPath: scratchPath(), onProgress });
    return json === true ? `${JSON.stringify({ set, ...answer }, null, 2)}\n` : whatIfText(answer);
  });
};

/** The command. */
export const whatIfCommand = (): Command =>
  new Command("what-if")
    .description("Say what another weighing or sampler would have chosen on a run's recorded losses.")
    .argument("<run>", "the run's folder")
    .option(
      "--set <key.path=value>",
      "what is changed, e.g. weighing.strategy=quadratic; may be repeated",
      (value: string, before: string[]) => [...before, value],
      [],
    )
    .option("--corpus <manifest>", "manifest of the corpus, where it has moved")
    .option("--reference <folder>", "folder of the run's reference, where it has moved")
    .option("--json", "the answer as JSON")
    .action(ask);
