/** @file Findings of a small recorded run, for tests of what is drawn of them. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Pipeline } from "../../src/config/schema.ts";
import { type Findings, findingsOf } from "../../src/study/report/findings.ts";
import { openReportedRun } from "../../src/study/report/reported-run.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import { quickFiles } from "./ledger-on-disk.ts";
import { fallingPipeline, recordFalling } from "./report-runs.ts";
import { writeSmallCorpus } from "./small-corpus.ts";

/** What a run differs in from the usual. */
export interface SmallRun {
  readonly name?: string;
  readonly changes?: Partial<Pipeline>;
  readonly trainer?: Trainer;
}

/** Calls `work` with the folder of a run of 60 steps on two domains; the folder is removed afterwards. */
export const withRun = async <T>(
  work: (dir: string, folder: string) => Promise<T>,
  { name = "run", changes = {}, trainer }: SmallRun = {},
): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), "counterweight-findings-"));
  try {
    const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
    const pipeline = fallingPipeline(manifestPath, { steps: 60, ...changes });
    return await work(await recordFalling(join(folder, name), pipeline, trainer), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Findings of such a run. */
export const smallFindings = (run: SmallRun = {}): Promise<Findings> =>
  withRun(async (dir) => findingsOf(quickFiles, await openReportedRun(quickFiles, dir)), run);

/** Text of a piece of HTML as a reader has it: tags gone, entities read, runs of white space one space. */
export const readable = (html: string): string =>
  html
    .replaceAll(/<style[\s\S]*?<\/style>|<[^>]+>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ");
