/** @file A run as a report finds it: its folder, and its corpus where that is still there. */
import { basename, resolve } from "node:path";

import { type Config } from "../../config/schema.ts";
import { ConfigError, CounterweightError, LedgerError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { type LedgerReader, openLedgerReader } from "../../ledger/reader.ts";
import { checkIsRun, placesOf, readRunConfig } from "../../run-folder.ts";
import { type Summary, readSummary } from "../../summary.ts";
import type { Evaluation } from "../../training/evaluation.ts";
import { type RecordedRun, openRecordedRun } from "../replay/recorded-run.ts";
import { readEvaluations } from "./evaluations.ts";

/** What a report starts from. */
export interface ReportedRun {
  /** Last part of its folder's path. */
  readonly name: string;
  readonly folder: string;
  readonly config: Config;
  readonly ledger: LedgerReader;
  /** Undefined for a run that has not ended. */
  readonly summary: Summary | undefined;
  readonly evaluations: readonly Evaluation[];
  /** Null where the corpus is gone or another one. */
  readonly recorded: RecordedRun | null;
  /** Why `recorded` is null. */
  readonly corpusMissing: string | null;
}

/** The run with its corpus, or the reason why the corpus cannot be read. */
const withCorpus = async (
  files: Files,
  folder: string,
  corpus: string | undefined,
): Promise<Pick<ReportedRun, "recorded" | "corpusMissing">> => {
  try {
    return { recorded: await openRecordedRun(files, folder, { corpus }), corpusMissing: null };
  } catch (error) {
    if (!(error instanceof CounterweightError) || error instanceof LedgerError) throw error;
    return { recorded: null, corpusMissing: error.message };
  }
};

/** Opens a run for a report. A corpus that is gone is no failure: what needs it is left out, and the reason kept.
 * @param corpus manifest of the corpus, where it no longer lies where the run read it
 * @throws {ConfigError} when there is no run but scores or nothing, or none of its steps was committed
 * @throws {LedgerError} when its journal is damaged. O(bytes of the journal). */
export const openReportedRun = async (
  files: Files,
  folder: string,
  corpus?: string,
): Promise<ReportedRun> => {
  await checkIsRun(files, folder);
  const config = await readRunConfig(files, folder);
  const places = placesOf(folder);
  const { recorded, corpusMissing } = await withCorpus(files, folder, corpus);
  const ledger = recorded?.ledger ?? (await openLedgerReader(files, places.ledger));
  if (ledger.lastStep === 0)
    throw new ConfigError("there is no step in this run yet", { path: folder, hint: "train it first" });
  return {
    name: basename(resolve(folder)),
    folder,
    config,
    ledger,
    summary: await readSummary(files, places.summary),
    evaluations: await readEvaluations(files, places.metrics, ledger.lastStep),
    recorded,
    corpusMissing,
  };
};
