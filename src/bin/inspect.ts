/** @file `counterweight inspect`: what a corpus, a run or a checkpoint is made of. */
import { join } from "node:path";
import { Command } from "commander";

import { listCheckpoints } from "../checkpoint.ts";
import { readConfig } from "../config/config.ts";
import { readManifest } from "../corpus/manifest-file.ts";
import type { CorpusOptions } from "../corpus/options.ts";
import { ConfigError, mustBe } from "../errors.ts";
import { createFiles } from "../files.ts";
import { journalPath } from "../ledger/journal.ts";
import { readOutline } from "../ledger/outline.ts";
import { placesOf, readRunConfig } from "../run-folder.ts";
import { manifestOf, runMemory } from "../study/memory/run-memory.ts";
import { readScoresRecord } from "../study/score/scores-folder.ts";
import { readSummary } from "../summary.ts";
import { corpusTable } from "./corpus-table.ts";
import { inspectScores } from "./inspect-scores.ts";
import { ledgerText } from "./ledger-text.ts";
import { memoryLimit } from "./memory-limit.ts";
import { memoryTable } from "./memory-table.ts";
import { count } from "./progress-line.ts";
import { summaryText } from "./summary-text.ts";

const files = createFiles();

const corpusWords = (corpus: CorpusOptions): string =>
  corpus.kind === "shards"
    ? corpus.manifest
    : `${count(corpus.instances)} synthetic instances, ${count(corpus.heldOut)} held out`;

/** What the ledger consists of, a line each. */
const ledgerLines = async (folder: string): Promise<string[]> =>
  (await files.exists(journalPath(folder))) ? ledgerText(await readOutline(files, folder)) : ["none"];

const inspectRun = async (folder: string): Promise<string> => {
  const config = await readRunConfig(files, folder);
  const places = placesOf(folder);
  const checkpoints = await listCheckpoints(files, places.checkpoints);
  const facts = [
    ["corpus", corpusWords(config.corpus)],
    ["model", config.model.kind],
    ["seed", String(config.seed)],
    ["steps", String(config.steps)],
    ["sampler", `${config.sampler.kind}, lag ${config.sampler.lag}`],
    ...(config.ledger.reference === null ? [] : [["reference", config.ledger.reference] as const]),
    ["weighing", config.weighing.strategy],
    ["checkpoints", checkpoints.join(", ") || "none"],
    ...(await ledgerLines(places.ledger)).map((line, at) => [at === 0 ? "ledger" : "", line] as const),
  ].map(([name, value]) => `${name.padEnd(13)}${value}\n`);
  const summary = await readSummary(files, places.summary);
  const results = summary === undefined ? "" : summaryText(summary, folder);
  const isFinished = summary !== undefined && summary.steps >= config.steps;
  const next = isFinished ? "" : `not finished: go on with counterweight train --run ${folder} --resume\n`;
  return `${facts.join("")}\n${results}${next}`;
};

const inspectLedger = async (folder: string): Promise<string> => {
  const scores = await readScoresRecord(files, folder);
  return scores === null ? inspectRun(folder) : inspectScores(files, folder, scores);
};

const inspectMemory = async (pipeline: string): Promise<string> => {
  const config = await readConfig(files, pipeline);
  const parts = await runMemory(config, await manifestOf(config), files);
  if (parts === undefined)
    throw new ConfigError(
      mustBe("engine", "onnx on the cpu", `${config.engine.kind} ${config.engine.backend}`),
      {
        keyPath: "engine",
        hint: "memory of other engines is not estimated yet",
      },
    );
  return memoryTable(parts, memoryLimit());
};

const inspect = async (path: string, { memory }: { readonly memory?: true }): Promise<void> => {
  if (memory) {
    process.stdout.write(await inspectMemory(path));
    return;
  }
  if (!(await files.exists(path)))
    throw new ConfigError("there is nothing to inspect at this path", {
      path,
      hint: "name a run folder, a corpus folder or a manifest.json",
    });
  const manifestPath = path.endsWith(".json") ? path : join(path, "manifest.json");
  const text = (await files.exists(manifestPath))
    ? corpusTable(await readManifest(manifestPath))
    : await inspectLedger(path);
  process.stdout.write(text);
};

/** The command. */
export const inspectCommand = (): Command =>
  new Command("inspect")
    .description("Show what a corpus, a run or a folder of scores consists of.")
    .argument(
      "<path>",
      "a folder of a run, of scores or of a corpus, or a manifest.json; with --memory a pipeline file",
    )
    .option("--memory", "estimate what a pipeline's run takes in memory, part by part")
    .action(inspect);
