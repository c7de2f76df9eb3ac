/** @file `counterweight ask`: the usual questions about what a run's instances have cost. */
import { Command } from "commander";

import { createFiles } from "../files.ts";
import { type RunQuestions, askRun } from "../study/questions/ask-run.ts";
import { namedInstances, readContents } from "../study/questions/named-contents.ts";
import { type RecordedRun, openRecordedRun } from "../study/replay/recorded-run.ts";
import { askJson } from "./ask-json.ts";
import { askText } from "./ask-text.ts";
import { countFrom } from "./count-from.ts";
import { followed } from "./replay-progress.ts";
import { writeOut } from "./write-out.ts";

/** `true`: asked for, without a number. */
type Count = number | true | undefined;

interface AskCommandOptions {
  readonly byDomain?: Count;
  readonly hardest?: Count;
  readonly noisiest?: Count;
  readonly forgotten?: Count;
  readonly neverVisited?: Count;
  readonly duplicates?: Count;
  readonly branch?: number;
  readonly corpus?: string;
  readonly json?: boolean;
}

/** Instances, or groups of them, that are named where nobody says how many; of never visited ones for each domain. */
const usual = { ranked: 10, neverVisited: 3, duplicates: 10 } as const;

/** What is asked where nothing is said: little of everything that the log tells. */
const overview = { hardest: 3, noisiest: 3, forgotten: 3, neverVisited: 1 } as const;

/** Rows of the table by domain where nobody says how many steps each has. */
const bucketsShown = 10;

const questionsOf = (options: AskCommandOptions, { ledger }: RecordedRun): RunQuestions => {
  const { byDomain, hardest, noisiest, forgotten, neverVisited, duplicates } = options;
  const stepsPerBucket = Math.ceil((ledger.lastStep + 1) / bucketsShown);
  const all = [byDomain, hardest, noisiest, forgotten, neverVisited, duplicates];
  if (all.every((asked) => asked === undefined)) return { stepsPerBucket, ...overview };
  const number = (asked: Count, most: number): number | undefined => (asked === true ? most : asked);
  return {
    stepsPerBucket: number(byDomain, stepsPerBucket),
    hardest: number(hardest, usual.ranked),
    noisiest: number(noisiest, usual.ranked),
    forgotten: number(forgotten, usual.ranked),
    neverVisited: number(neverVisited, usual.neverVisited),
    duplicates: number(duplicates, usual.duplicates),
  };
};

const ask = async (folder: string, options: AskCommandOptions): Promise<void> => {
  const { branch, corpus, json } = options;
  const files = createFiles();
  const run = await openRecordedRun(files, folder, { branch, corpus });
  const text = await followed("the reading", async (progress) => {
    const answers = await askRun(run, questionsOf(options, run), progress);
    const instances = namedInstances(answers);
    const contents = await readContents(files, run, instances);
    progress("texts", instances.length, instances.length);
    return json === true
      ? askJson(answers, run.manifest, contents)
      : askText(answers, run.manifest, contents, process.stdout.columns || 140);
  });
  await writeOut(text);
};

/** The command. */
export const askCommand = (): Command =>
  new Command("ask")
    .description(
      "Say what a run's instances have cost, and which stand out; without an option, an overview of all but duplicates.",
    )
    .argument("<run>", "the run's folder")
    .option(
      "--by-domain [steps]",
      "mean loss by domain, in buckets of so many steps (default: a tenth of the run)",
      countFrom(1),
    )
    .option(
      "--hardest [n]",
      "the highest last losses, of instances visited in the second half of the run (default: 10)",
      countFrom(1),
    )
    .option(
      "--noisiest [n]",
      "the largest spread between visits, of instances visited three times or more (default: 10)",
      countFrom(1),
    )
    .option(
      "--forgotten [n]",
      "last losses farthest above the instance's own lowest (default: 10)",
      countFrom(1),
    )
    .option(
      "--never-visited [n]",
      "training instances without a loss: how many, and n of each domain (default: 3)",
      countFrom(0),
    )
    .option(
      "--duplicates [n]",
      "instances of equal tokens, and the n largest groups (default: 10); reads the whole corpus",
      countFrom(0),
    )
    .option("--branch <n>", "an abandoned branch (default: the live one)", countFrom(0))
    .option("--corpus <manifest>", "manifest of the corpus, where it has moved")
    .option("--json", "the answers as JSON, losses with all digits")
    .action(ask);
