/** @file `counterweight inspect`: what a corpus, a run or a checkpoint is made of. */
import { join } from "node:path";
import { Command } from "commander";

import { listCheckpoints } from "../checkpoint.ts";
import { readConfig } from "../config/config.ts";
import type { Config } from "../config/schema.ts";
import { readManifest } from "../corpus/manifest-file.ts";
import type { CorpusOptions } from "../corpus/options.ts";
import { ConfigError, mustBe } from "../errors.ts";
import { createFiles } from "../files.ts";
import { journalPath } from "../ledger/journal/journal.ts";
import { readOutline } from "../ledger/journal/outline.ts";
import { placesOf, readRunConfig } from "../run-folder.ts";
import { ledgerGrowth } from "../study/ledger-growth.ts";
import { manifestOf, runMemory } from "../study/memory/run-memory.ts";
import { readScoresRecord } from "../study/score/scores-folder.ts";
import { readSummary } from "../summary.ts";
import { corpusTable } from "./corpus-table.ts";
import { inspectScores } from "./inspect-scores.ts";
import { growthText, ledgerText } from "./ledger-text.ts";
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

type Fact = readonly [name: string, value: string];

/** Facts of a run's configuration. */
const settingsOf = ({ corpus, model, seed, steps, sampler, ledger, weighing }: Config): Fact[] => [
  ["corpus", corpusWords(corpus)],
  ["model", model.kind],
  ["seed", String(seed)],
  ["steps", String(steps)],
  ["sampler", `${sampler.kind}, lag ${sampler.lag}`],
  ...(ledger.reference === null ? [] : [["reference", ledger.reference] as const]),
  ["weighing", weighing.strategy],
];
const ledgerFacts = (lines: readonly string[]): Fact[] =>
  lines.map((line, at) => [at === 0 ? "ledger" : "", line]);
const factsText = (facts: readonly Fact[]): string =>
  facts.map(([name, value]) => `${name.padEnd(13)}${value}\n`).join("");

const inspectRun = async (folder: string): Promise<string> => {
  const config = await readRunConfig(files, folder);
  const places = placesOf(folder);
  const checkpoints = await listCheckpoints(files, places.checkpoints);
  const facts = factsText([
    ...settingsOf(config),
    ["checkpoints", checkpoints.join(", ") || "none"],
    ...ledgerFacts(await ledgerLines(places.ledger)),
  ]);
  const summary = await readSummary(files, places.summary);
  const results = summary === undefined ? "" : summaryText(summary, folder);
  const isFinished = summary !== undefined && summary.steps >= config.steps;
  const next = isFinished ? "" : `not finished: go on with counterweight train --run ${folder} --resume\n`;
  return `${facts}\n${results}${next}`;
};

/** A run before it starts. */
const inspectPipeline = async (pipeline: string): Promise<string> => {
  const config = await readConfig(files, pipeline);
  const growth = ledgerGrowth(config, await manifestOf(config));
  return factsText([...settingsOf(config), ...ledgerFacts(growthText(growth, config.steps))]);
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

const inspectPath = async (path: string): Promise<string> => {
  if (/\.ya?ml$/.test(path)) return inspectPipeline(path);
  const manifestPath = path.endsWith(".json") ? path : join(path, "manifest.json");
  return (await files.exists(manifestPath))
    ? corpusTable(await readManifest(manifestPath))
    : inspectLedger(path);
};

const inspect = async (path: string, { memory }: { readonly memory?: true }): Promise<void> => {
  if (memory) {
    process.stdout.write(await inspectMemory(path));
    return;
  }
  if (!(await files.exists(path)))
    throw new ConfigError("there is nothing to inspect at this path", {
      path,
      hint: "name a run folder, a corpus folder, a manifest.json or a pipeline file",
    });
  process.stdout.write(await inspectPath(path));
};

/** The command. */
export const inspectCommand = (): Command =>
  new Command("inspect")
    .description(
      "Show what a corpus, a run or a folder of scores consists of, or what a pipeline's run will be.",
    )
    .argument(
      "<path>",
      "a folder of a run, of scores or of a corpus, a manifest.json or a pipeline file (YAML)",
    )
    .option("--memory", "estimate what a pipeline's run takes in memory, part by part")
    .action(inspect);
