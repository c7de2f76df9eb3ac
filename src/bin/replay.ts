/** @file `counterweight replay`: a past run proven, or looked at as it was. */
import { Command, InvalidArgumentError } from "commander";

import { type Files, createFiles } from "../files.ts";
import { parseInstance } from "../study/replay/instance-name.ts";
import { textsOf } from "../study/replay/instance-texts.ts";
import { type RecordedRun, openRecordedRun } from "../study/replay/recorded-run.ts";
import { batchOf, visitsOf } from "../study/replay/recorded-rows.ts";
import { standingAfter } from "../study/replay/standing.ts";
import { verifyRun } from "../study/replay/verify.ts";
import { type Progress, scratchPath, withProgress } from "./replay-progress.ts";
import { batchText, proofText, standingText, trajectoryText } from "./replay-text.ts";

interface ReplayOptions {
  readonly verify?: boolean;
  readonly at?: number;
  readonly instance?: string;
  readonly step?: number;
  readonly branch?: number;
  readonly corpus?: string;
  readonly reference?: string;
  readonly tokens: boolean;
  readonly tolerance?: number;
  readonly json?: boolean;
}

const numberFrom =
  (whole: boolean) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= 0) || (whole && !Number.isInteger(value)))
      throw new InvalidArgumentError(`must be a ${whole ? "whole number" : "number"} of at least 0`);
    return value;
  };

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const verify = async (
  files: Files,
  run: RecordedRun,
  { tokens, tolerance, json: asJson }: ReplayOptions,
  progress: Progress,
): Promise<string> => {
  const proof = await verifyRun(run, {
    files,
    scratchPath: scratchPath(),
    tokens,
    tolerance,
    onProgress: ({ of, done, all }) => progress(of, done, all),
  });
  const { seed } = run.config;
  return asJson === true
    ? json({ proven: true, seed, fingerprint: run.fingerprint, ...proof })
    : proofText(proof, seed, run.fingerprint);
};

const showInstance = async (
  files: Files,
  run: RecordedRun,
  name: string,
  asJson: boolean,
  progress: Progress,
): Promise<string> => {
  const instance = parseInstance(name, run.manifest);
  const [content] = await textsOf(files, run, [instance]);
  const visits = await visitsOf(run, instance, (done) => progress("steps", done, run.ledger.lastStep));
  const { uri, domain } = run.manifest.shards[instance.shard]!;
  if (asJson)
    return json({ ...instance, uri, domain: run.manifest.domains[domain]!.name, ...content, visits });
  return trajectoryText(
    `instance ${instance.shard}:${instance.row}, row ${instance.row} of ${uri}, ${run.manifest.domains[domain]!.name}`,
    visits,
    content!,
  );
};

const showBatch = async (files: Files, run: RecordedRun, step: number, asJson: boolean): Promise<string> => {
  const batch = await batchOf(run, step);
  const contents = await textsOf(files, run, batch.rows);
  if (asJson) return json({ ...batch, rows: batch.rows.map((row, slot) => ({ ...row, ...contents[slot] })) });
  return batchText(batch, contents, run.manifest, process.stdout.columns || 140);
};

const replay = async (folder: string, options: ReplayOptions, command: Command): Promise<void> => {
  const { at, instance, step, branch, corpus, reference } = options;
  const asJson = options.json === true;
  const asked = [options.verify, at, instance, step].filter((value) => value !== undefined);
  if (asked.length !== 1)
    command.error(
      "error: say one thing to replay: --verify, --at <step>, --instance <shard:row> or --step <n>",
    );
  const files = createFiles();
  const run = await openRecordedRun(files, folder, { branch, corpus, reference });
  await withProgress(async (progress) => {
    if (instance !== undefined) return showInstance(files, run, instance, asJson, progress);
    if (step !== undefined) return showBatch(files, run, step, asJson);
    if (at === undefined) return verify(files, run, options, progress);
    const standing = await standingAfter({ files, run, scratchPath: scratchPath() }, at, (done) =>
      progress("steps", done, at),
    );
    return asJson ? json(standing) : standingText(standing);
  });
};

/** The command. */
export const replayCommand = (): Command =>
  new Command("replay")
    .description("Prove a past run by deriving every batch and weight again, or look at it as it was.")
    .argument("<run>", "the run's folder")
    .option("--verify", "derive every batch, probability and weight again and compare them with the log")
    .option("--at <step>", "the ledger as it stood after a step", numberFrom(true))
    .option("--instance <shard:row>", "every visit of one instance, and its text, e.g. 0:17")
    .option(
      "--step <n>",
      "one step's batch with its text, losses, probabilities and weights",
      numberFrom(true),
    )
    .option("--branch <n>", "an abandoned branch (default: the live one)", numberFrom(true))
    .option("--corpus <manifest>", "manifest of the corpus, where it has moved")
    .option("--reference <folder>", "folder of the run's reference, where it has moved")
    .option("--no-tokens", "with --verify: do not read the shards that were drawn from")
    .option(
      "--tolerance <x>",
      "with --verify: how far weights may be off, relative (default: 0, or 1e-5 where our trainer computed them in the graph)",
      numberFrom(false),
    )
    .option("--json", "the result as JSON")
    .action(replay);
