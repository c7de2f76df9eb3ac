/** @file What scores come to: mean losses by domain, of the rows scored so far. */
import type { Files } from "../../files.ts";
import { openLedgerReader } from "../../ledger/reader.ts";
import { placesOf } from "../../run-folder.ts";
import { askLog } from "../questions/ask-log.ts";
import { createMeanLoss } from "../questions/mean-loss.ts";
import type { ScoresRecord } from "./scores-folder.ts";

/** Scores of one domain's training rows, or of its held-out rows. */
export interface DomainScores {
  readonly name: string;
  readonly heldOut: boolean;
  /** Rows of the corpus. */
  readonly rows: number;
  /** Rows with a finite loss so far. */
  readonly scored: number;
  /** Rows whose loss was not finite. */
  readonly notFinite: number;
  /** Mean of the finite losses, nats per token; NaN without any. */
  readonly loss: number;
}

/** Sums the scores in a folder: training rows by domain, then held-out rows by domain where they are scored.
 * @throws {LedgerError} when the ledger is damaged. O(rows scored). */
export const summariseScores = async (
  files: Files,
  folder: string,
  { domains, batchSize, heldOut }: ScoresRecord,
): Promise<DomainScores[]> => {
  const training = domains.reduce((sum, { rows }) => sum + rows, 0);
  // Bucket 0 has the steps of training rows, which come first; the later ones those of held-out rows.
  const question = createMeanLoss(domains.length, Math.ceil(training / batchSize) + 1);
  await askLog(await openLedgerReader(files, placesOf(folder).ledger), [question]);
  const { count, sum, masked } = question.result();
  const kinds = heldOut ? [false, true] : [false];
  return kinds.flatMap((isHeldOut) =>
    domains.map(({ name, rows, heldOutRows }, domain) => {
      const over = (cells: Float64Array): number =>
        cells.reduce(
          (total, cell, at) =>
            at % domains.length === domain && at >= domains.length === isHeldOut ? total + cell : total,
          0,
        );
      return {
        name,
        heldOut: isHeldOut,
        rows: isHeldOut ? heldOutRows : rows,
        scored: over(count),
        notFinite: over(masked),
        loss: over(sum) / over(count),
      };
    }),
  );
};
