/** @file The log as its readers see it: a folder of segments, and neighbouring steps of one segment at a time. */
import type { Files, ReadFile } from "../../files.ts";
import { LedgerError, StorageError } from "../../errors.ts";
import type { History } from "../journal/history.ts";
import { sealedPath, segmentPath } from "./segment-files.ts";
import { SealedSegment } from "./sealed-segment.ts";

/** Where the log lies, and what the journal says of it. */
export interface Log {
  readonly files: Files;
  readonly folder: string;
  readonly history: History;
  /** Takes in what the journal has told since: another process may have sealed or dropped a segment. */
  readonly refresh?: () => Promise<void>;
}

/** Steps `first` … `last` as a branch sees them. */
export interface StepRange {
  readonly branch: number;
  readonly first: number;
  readonly last: number;
}

/** Neighbouring steps of one segment. */
export interface Span extends StepRange {
  readonly segment: number;
}

/** A range cut into the segments that hold it. O(segments). */
export function* spansOf(history: History, { branch, first, last }: StepRange): Generator<Span> {
  for (let step = first; step <= last;) {
    const { segment, branch: writer } = history.place(branch, step);
    const end = Math.min(last, history.segments.get(segment)!.lastStep, history.lastShared(branch, writer));
    yield { segment, branch, first: step, last: end };
    step = end + 1;
  }
}

/** First step of a range from which on no row was dropped; the step after it where all were. O(segments). */
export const firstKeptStep = (history: History, range: StepRange): number => {
  let first = range.first;
  for (const { segment, last } of spansOf(history, range))
    if (history.segments.get(segment)!.dropped) first = last + 1;
  return first;
};

/** An open segment: its raw file, or what was made of it. */
export type OpenSegment =
  | { readonly path: string; readonly raw: ReadFile }
  | { readonly path: string; readonly sealed: SealedSegment };

const openIfThere = (files: Files, path: string): Promise<ReadFile | null> =>
  files.openRead(path).catch((error: unknown) => {
    if (error instanceof StorageError && error.facts.errno === "ENOENT") return null;
    throw error;
  });

const isDropped = ({ first, last }: Span, path: string): LedgerError =>
  new LedgerError(`steps ${first} … ${last} were dropped from the log, as ledger.retainSteps asked`, {
    path,
    keyPath: "ledger.retainSteps",
    hint: "read later steps, or resume from a checkpoint whose pages are whole",
  });

/** Opens the segment of a span, raw or sealed: whatever the journal says at that moment.
 * @throws {LedgerError} when its steps were dropped, its file is not there, or a sealed one is damaged */
export const openSegment = async (log: Log, span: Span): Promise<OpenSegment> => {
  const { files, folder, history } = log;
  // Between a look at the journal and one at the folder, a segment may be sealed, and then dropped.
  for (let look = 1; ; look++) {
    const state = history.segments.get(span.segment)!;
    const { seal, dropped } = state;
    const path = seal === null ? segmentPath(folder, span.segment) : sealedPath(folder, span.segment);
    if (dropped) throw isDropped(span, path);
    const file = await openIfThere(files, path);
    if (file !== null)
      return seal === null
        ? { path, raw: file }
        : { path, sealed: await SealedSegment.open(path, file, history, state, seal) };
    if (look === 3)
      throw new LedgerError(`the rows of step ${span.first} must be in their segment, got no file`, {
        path,
        offset: seal === null ? history.place(span.branch, span.first).start : 0,
        hint: "nothing was cut; restore this file from a copy, or resume from a checkpoint before this step",
      });
    await log.refresh?.();
  }
};

/** Closes it. */
export const closeSegment = (segment: OpenSegment): Promise<void> =>
  "raw" in segment ? segment.raw.close() : segment.sealed.close();
