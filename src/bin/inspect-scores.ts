/** @file `counterweight inspect` of a folder of scores. */
import type { Files } from "../files.ts";
import { type ScoresRecord } from "../study/score/scores-folder.ts";
import { summariseScores } from "../study/score/scores-summary.ts";
import { rowsLeft, scoresFacts, scoresTable } from "./scores-text.ts";

/** What the scores in a folder are of and come to, and what is left to do.
 * @throws {LedgerError} when the ledger is damaged. O(rows scored). */
export const inspectScores = async (files: Files, folder: string, record: ScoresRecord): Promise<string> => {
  const domains = await summariseScores(files, folder, record);
  const left = rowsLeft(domains);
  const next =
    left === 0 ? "" : `not finished, ${left} rows are left: go on with the same counterweight score\n`;
  return `${scoresFacts(record)}\n${scoresTable(domains)}${next}`;
};
