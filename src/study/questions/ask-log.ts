/** @file One pass over a log for any number of questions. */
import type { ColumnName } from "../../ledger/log/observations.ts";
import type { LedgerReader } from "../../ledger/reader.ts";
import type { Aggregation } from "./aggregation.ts";

/** Which rows are asked about. */
export interface AskOptions {
  /** Steps in [stepStart, stepEnd); all of the branch when left out. */
  readonly stepStart?: number;
  readonly stepEnd?: number;
  /** Called after every batch with its last step; may throw to end the work. */
  readonly onStep?: (step: number) => void;
}

/** Reads a branch's log once, only the columns that are needed, and feeds every aggregation:
 *
 *     const loss = createMeanLoss(run.manifest.domains.length, 100);
 *     const heat = createLossHistogram(100);
 *     await askLog(run.ledger, [loss, heat]);
 *     loss.result().mean;
 *
 * @throws {LedgerError} where the log is damaged. O(bytes of the columns). */
export const askLog = async (
  ledger: Pick<LedgerReader, "batches">,
  questions: readonly Aggregation<ColumnName, unknown>[],
  { stepStart, stepEnd, onStep }: AskOptions = {},
): Promise<void> => {
  const columns = new Set<ColumnName>(["step", ...questions.flatMap((question) => question.columns)]);
  for await (const batch of ledger.batches([...columns], stepStart, stepEnd)) {
    for (const question of questions) question.add(batch);
    onStep?.(batch.step[batch.size - 1]!);
  }
};
