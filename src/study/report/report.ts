/** @file `counterweight report`: one self-contained page about one run, or about several on the same axes. */
import { ConfigError, mustBe } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { findingsOf } from "./findings.ts";
import { reportPage } from "./page.ts";
import { loadPlotLibrary } from "./plot-library.ts";
import { openReportedRun } from "./reported-run.ts";
import { mostRuns } from "./sections/compared-runs.ts";

/** What a report is about. */
export interface ReportOptions {
  /** Run folders, 1 … 8. */
  readonly folders: readonly string[];
  /** Manifest of the corpus, where it no longer lies where the runs read it. */
  readonly corpus?: string | undefined;
}

/** Reads runs and draws them, also while they go on. Nothing of them is changed.
 * @returns the page's HTML
 * @throws {ConfigError} for more runs than lines can tell apart, a folder without a run, or a run without a step
 * @throws {LedgerError} where a ledger is damaged
 * @throws {EngineError} where Observable Plot or linkedom is missing
 * O(rows of the logs); memory: some 100 bytes an instance visited. */
export const reportOn = async (files: Files, { folders, corpus }: ReportOptions): Promise<string> => {
  if (folders.length > mostRuns)
    throw new ConfigError(mustBe("number of runs", `in 1 … ${mostRuns}`, folders.length), {
      hint: "leave some out: more lines than that cannot be told apart",
    });
  const library = await loadPlotLibrary();
  const runs = [];
  for (const folder of folders)
    runs.push(await findingsOf(files, await openReportedRun(files, folder, corpus)));
  return reportPage(library, runs);
};
