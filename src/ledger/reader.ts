/** @file Reading a ledger, also while it is being written: whole commits of the live branch, in order, each once. */
import { LedgerError } from "../errors.ts";
import type { Files } from "../files.ts";
import { History, type LedgerOrigin, type LedgerPosition } from "./history.ts";
import { journalPath, readJournal, scanJournal } from "./journal.ts";
import type { MixtureLine, StepLine } from "./journal-line.ts";
import type { ColumnName, Observations } from "./observations.ts";
import { readSteps } from "./segments.ts";

/** A ledger as it was when it was opened. It holds no file open and never changes one. */
export interface LedgerReader {
  /** Last step that a journal line speaks for. */
  readonly lastStep: number;
  /** Number of the live branch; earlier ones were abandoned at some step. */
  readonly branch: number;
  /** Corpus and reference of this branch. */
  readonly origin: LedgerOrigin;
  /** Place of a step of this branch; null where it does not reach it. O(branches). */
  positionOf(step: number): LedgerPosition | null;
  /** Bytes behind the journal's last good line: a commit under way, or what a crash tore. */
  readonly tornBytes: number;
  /** Journal lines of the live branch's steps, which hold the steps' records: metrics.jsonl is made of them. O(bytes of the journal). */
  steps(): AsyncGenerator<StepLine>;
  /** Mixture weights set from outside, in the order of their lines. O(bytes of the journal). */
  mixtures(): AsyncGenerator<MixtureLine>;
  /** Rows of the live branch's steps in [stepStart, stepEnd), one step at a time; all of them when left out.
   * @throws {LedgerError} with file and offset where the log is damaged. O(bytes); memory 4 MiB. */
  observations(stepStart?: number, stepEnd?: number): AsyncGenerator<Observations>;
  /** Columns of the same rows in the same order, in batches as large as the log has them: for scans, to which the limits
   * between steps do not matter. A batch is the caller's until the next is asked for.
   * @throws {LedgerError} as {@link observations} does. O(bytes of these columns). */
  batches<Name extends ColumnName>(
    columns: readonly Name[],
    stepStart?: number,
    stepEnd?: number,
  ): AsyncGenerator<Pick<Observations, Name | "size">>;
}

/** Opens a ledger's folder for reading. Another process may go on writing: later steps are seen by opening again.
 * @param branch to see an abandoned branch instead of the live one
 * @throws {LedgerError} when there is no ledger, no such branch, or the journal is damaged before a good line. O(bytes of the journal). */
export const openLedgerReader = async (
  files: Files,
  folder: string,
  branch?: number,
): Promise<LedgerReader> => {
  const path = journalPath(folder);
  const history = new History(path);
  const { end, tornBytes } = await scanJournal(files, path, (entries) => {
    for (const entry of entries) history.add(entry);
  });
  if (end === 0)
    throw new LedgerError("there is no ledger here", { path, hint: "name the ledger folder of a run" });
  const seen = branch ?? history.branch;
  const lastStep = history.lastStep(seen);
  const read = (stepStart = 1, stepEnd = lastStep + 1): AsyncGenerator<Observations> =>
    readSteps(files, folder, history, {
      branch: seen,
      first: Math.max(1, stepStart),
      last: Math.min(lastStep, stepEnd - 1),
    });
  return {
    lastStep,
    branch: seen,
    origin: history.originOf(seen),
    positionOf: (step) => history.positionOf(seen, step),
    tornBytes,
    async *steps() {
      for await (const { line } of readJournal(files, path, end))
        if (
          line.kind === "step" &&
          line.step <= lastStep &&
          line.branch === history.writerOf(seen, line.step)
        )
          yield line;
    },
    async *mixtures() {
      for await (const { line } of readJournal(files, path, end)) if (line.kind === "mixture") yield line;
    },
    observations: read,
    batches: (_columns, stepStart, stepEnd) => read(stepStart, stepEnd),
  };
};
