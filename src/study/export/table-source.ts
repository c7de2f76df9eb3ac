/** @file What a run's tables are made from: the run, and which of its steps. */
import { ConfigError, mustBe } from "../../errors.ts";
import type { Files } from "../../files.ts";
import type { RecordedRun } from "../replay/recorded-run.ts";

/** Steps `first` … `last`, both included. */
export interface StepRange {
  readonly first: number;
  readonly last: number;
}

/** A run, and what of it is wanted. */
export interface TableSource {
  readonly files: Files;
  readonly run: RecordedRun;
  /** A file for pages that the memory has no room for; made when needed, removed afterwards. */
  readonly scratchPath: string;
  /** Steps whose observations and records are wanted; instances stand as of the last of them. */
  readonly steps: StepRange;
}

/** Steps of a run, all that its log has kept where an end is left out; 0 … 0 for a run that took none.
 * @throws {ConfigError} for steps that the run does not have */
export const stepRangeOf = (
  { ledger, folder }: Pick<RecordedRun, "ledger" | "folder">,
  asked: Partial<StepRange> = {},
): StepRange => {
  const kept = { first: Math.min(ledger.firstStep, ledger.lastStep), last: ledger.lastStep };
  const { first, last } = { ...kept, ...asked };
  if (first < kept.first || last > kept.last || first > last)
    throw new ConfigError(
      mustBe("steps", `a range within ${kept.first}:${kept.last}, the steps of this run`, `${first}:${last}`),
      { path: folder },
    );
  return { first, last };
};
