/** @file What lies in a run's folder beside its ledger and checkpoints: config.json, metrics.jsonl and summary.json. */
import { join } from "node:path";

import { checkConfig } from "./config/config.ts";
import type { Config } from "./config/schema.ts";
import { ConfigError } from "./errors.ts";
import type { AppendFile, Files } from "./files.ts";
import { openLedgerReader } from "./ledger/reader.ts";
import type { Evaluation } from "./training/evaluation.ts";

/** One line of metrics.jsonl. */
export type MetricsLine = { readonly step: number; readonly [key: string]: unknown };

/** Places inside a run's folder; `scores` is there only where `counterweight score` wrote. */
export const placesOf = (
  folder: string,
): Readonly<Record<"config" | "ledger" | "checkpoints" | "metrics" | "summary" | "scores", string>> => ({
  config: join(folder, "config.json"),
  ledger: join(folder, "ledger"),
  checkpoints: join(folder, "checkpoints"),
  metrics: join(folder, "metrics.jsonl"),
  summary: join(folder, "summary.json"),
  scores: join(folder, "scores.json"),
});

/** Refuses a folder that `counterweight score` wrote: it has a ledger like a run's, but nothing in it was drawn or trained.
 * @throws {ConfigError} with what scores are good for */
export const checkIsRun = async (files: Files, folder: string): Promise<void> => {
  if (await files.exists(placesOf(folder).scores))
    throw new ConfigError("the folder must be a run's, got the scores of a model", {
      path: folder,
      hint: "scores are a reference for a run (ledger.reference), and read by inspect, query, export and replay --instance",
    });
};

/** Refuses a folder that holds a run, or scores.
 * @throws {ConfigError} with both ways on */
export const checkNoRun = async (files: Files, folder: string): Promise<void> => {
  await checkIsRun(files, folder);
  if (await files.exists(placesOf(folder).config))
    throw new ConfigError("there is a run in this folder already", {
      path: folder,
      hint: "go on with it (--resume, or from: latest), or choose another folder (--run, or dir)",
    });
};

/** Records a run's configuration: from here on there is a run in the folder. */
export const writeRunConfig = async (files: Files, folder: string, config: Config): Promise<void> => {
  await files.makeFolder(folder);
  await files.publish(placesOf(folder).config, `${JSON.stringify(config, null, 2)}\n`);
};

/** The configuration that a run was started with.
 * @throws {ConfigError} when there is no run in the folder */
export const readRunConfig = async (files: Files, folder: string): Promise<Config> => {
  const { config: path } = placesOf(folder);
  if (!(await files.exists(path)))
    throw new ConfigError("there is no run in this folder", {
      path: folder,
      hint: "name a folder that counterweight train made, like runs/quickstart-1",
    });
  const text = await files.readText(path);
  try {
    return checkConfig(JSON.parse(text) as unknown, { placeOf: () => ({ path }) });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ConfigError("the run's config.json is not JSON", { path, hint: "restore the file" }, error);
  }
};

/** Opens metrics.jsonl anew with the lines that still hold, to which each step adds one.
 * The file is a copy for reading: what counts is the ledger's journal, from which `lines` come on a resumption. */
export const openMetrics = async (
  files: Files,
  folder: string,
  lines: readonly MetricsLine[],
): Promise<AppendFile & { add(line: MetricsLine): Promise<void> }> => {
  const { metrics: path } = placesOf(folder);
  const encode = (line: MetricsLine): Uint8Array => new TextEncoder().encode(`${JSON.stringify(line)}\n`);
  await files.publish(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const file = await files.openAppend(path);
  return Object.assign(file, { add: (line: MetricsLine) => file.append(encode(line)) });
};

/** Lines that metrics.jsonl holds up to a step: the live branch's records, and the evaluations between them.
 * @param ledgerFolder of a ledger that is open for writing. O(bytes of the journal). */
export const readMetrics = async (
  files: Files,
  ledgerFolder: string,
  lastStep: number,
  evaluations: readonly Evaluation[],
): Promise<MetricsLine[]> => {
  const evaluated = (at: number): MetricsLine[] =>
    evaluations.filter(({ step }) => step === at).map((evaluation) => ({ ...evaluation }));
  const lines = evaluated(0);
  if (lastStep === 0) return lines;
  const reader = await openLedgerReader(files, ledgerFolder);
  for await (const { step, metrics } of reader.steps()) {
    if (step > lastStep) break;
    lines.push({ step, ...metrics }, ...evaluated(step));
  }
  return lines;
};
