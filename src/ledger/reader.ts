/** @file Reading a ledger, also while it is being written: whole commits of the live branch, in order, each once. */
import { LedgerError } from "../errors.ts";
import type { Files } from "../files.ts";
import { History, type LedgerOrigin, type LedgerPosition } from "./journal/history.ts";
import { readBatches } from "./log/column-batches.ts";
import {
  type JournalEnd,
  type JournalEntry,
  journalPath,
  readJournal,
  scanJournal,
} from "./journal/journal.ts";
import { type StepRange, firstKeptStep } from "./log/log.ts";
import type { MixtureLine, StepLine } from "./journal/journal-line.ts";
import type { ColumnName, Observations } from "./log/observations.ts";
import { readSteps } from "./log/segments.ts";

/** A ledger as it was when it was opened. It holds no file open and never changes one. */
export interface LedgerReader {
  /** Last step that a journal line speaks for. */
  readonly lastStep: number;
  /** First step whose rows, and those of all steps after it, were kept: 1 unless `ledger.retainSteps` dropped some. */
  readonly firstStep: number;
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
  /** Mixture weights set from outside while this branch, or the steps it shares with those before it, were written; in the
   * order of their lines. O(bytes of the journal). */
  mixtures(): AsyncGenerator<MixtureLine>;
  /** Rows of the live branch's steps in [stepStart, stepEnd), one step at a time; all of them when left out.
   * They are views, valid as long as they are held.
   * @throws {LedgerError} with file and offset where the log is damaged; naming the steps, where they were dropped. O(bytes);
   * memory: 4 MiB, or a sealed batch. */
  observations(stepStart?: number, stepEnd?: number): AsyncGenerator<Observations>;
  /** Columns of the same rows in the same order, in batches as large as the log has them: for scans, to which the limits
   * between steps do not matter. A batch is the caller's until the next is asked for. Of a sealed segment no other column is
   * read, let alone checked, nor the steps of large ones, which the journal tells.
   * @throws {LedgerError} as {@link observations} does. O(bytes of these columns); of raw segments O(bytes). */
  batches<Name extends ColumnName>(
    columns: readonly Name[],
    stepStart?: number,
    stepEnd?: number,
  ): AsyncGenerator<Pick<Observations, Name | "size">>;
}

/** Opens a ledger's folder for reading. Another process may go on writing, sealing and rolling back: the reader sees the steps
 * that were there when it was opened, and those alone; later ones are seen by opening again.
 * @param branch to see an abandoned branch instead of the live one
 * @throws {LedgerError} when there is no ledger, no such branch, or the journal is damaged before a good line. O(bytes of the journal). */
export const openLedgerReader = async (
  files: Files,
  folder: string,
  branch?: number,
): Promise<LedgerReader> => {
  const path = journalPath(folder);
  const history = new History(path);
  const take = (entries: readonly JournalEntry[]): void => {
    for (const entry of entries) history.add(entry);
  };
  const opened = await scanJournal(files, path, take);
  const { end, tornBytes } = opened;
  if (end === 0)
    throw new LedgerError("there is no ledger here", { path, hint: "name the ledger folder of a run" });
  const seen = branch ?? history.branch;
  const lastStep = history.lastStep(seen);
  // Steps that come later do not change where those of `seen` up to `lastStep` lie, but whether they are sealed or dropped.
  let latest: Promise<JournalEnd> = Promise.resolve(opened);
  const refresh = async (): Promise<void> => {
    latest = latest.then((from) => scanJournal(files, path, take, from));
    await latest;
  };
  const rangeOf = (stepStart = 1, stepEnd = lastStep + 1): StepRange => ({
    branch: seen,
    first: Math.max(1, stepStart),
    last: Math.min(lastStep, stepEnd - 1),
  });
  return {
    lastStep,
    branch: seen,
    firstStep: firstKeptStep(history, { branch: seen, first: 1, last: lastStep }),
    origin: history.originOf(seen),
    positionOf: (step) => (step > lastStep ? null : history.positionOf(seen, step)),
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
      let at = { branch: 0, step: 0 };
      for await (const { line } of readJournal(files, path, end))
        if (line.kind === "branch" || line.kind === "step") at = line;
        else if (line.kind === "mixture" && history.sees(seen, at)) yield line;
    },
    observations: (stepStart, stepEnd) =>
      readSteps(files, folder, history, rangeOf(stepStart, stepEnd), refresh),
    batches: (names, stepStart, stepEnd) =>
      readBatches({ files, folder, history, refresh }, names, rangeOf(stepStart, stepEnd)),
  };
};
