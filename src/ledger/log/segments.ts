/** @file Reading the log step by step, from raw and sealed segments alike. */
import { crc32 } from "node:zlib";

import { LedgerError } from "../../errors.ts";
import type { Files, ReadFile } from "../../files.ts";
import { copyRows, createColumns, sliceObservations } from "./column-rows.ts";
import type { History } from "../journal/history.ts";
import { type Log, type Span, type StepRange, closeSegment, openSegment, spansOf } from "./log.ts";
import { type Observations, columnNames, readStepBatch, schemaMessage } from "./observations.ts";
import type { Damage, SealedBatch, SealedSegment } from "./sealed-segment.ts";
import { stepChecksum } from "./step-checksum.ts";
import type { StepPlace } from "../journal/step-places.ts";

/** Raw bytes that are read at once. */
export const readBytes: number = 4 * 2 ** 20;

const damaged = (path: string, place: StepPlace, rule: string, got: string): LedgerError =>
  new LedgerError(`the rows of step ${place.step} must ${rule}, got ${got}`, {
    path,
    offset: place.start,
    hint: "nothing was cut; restore this file from a copy, or resume from a checkpoint before this step",
  });

const decodeStep = (path: string, place: StepPlace, bytes: Uint8Array<ArrayBuffer>): Observations => {
  if (bytes.byteLength < place.end - place.start)
    throw damaged(
      path,
      place,
      `end at ${place.end}`,
      `a file that ends at ${place.start + bytes.byteLength}`,
    );
  const crc = crc32(bytes);
  if (crc !== place.data) throw damaged(path, place, `have the checksum ${place.data}`, String(crc));
  const batch = place.start === 0 ? bytes.subarray(schemaMessage.byteLength) : bytes;
  const columns = readStepBatch(batch, place.rows);
  if (columns === null) throw damaged(path, place, "be a record batch of this version's columns", "another");
  return columns;
};

/** Steps of a raw segment, each checked against its journal line; about `chunkBytes` are read at once.
 * @param isKept whether steps are held for longer than until the next is asked for; others are overwritten by it
 * @throws {LedgerError} with file and offset where bytes are missing or altered */
export async function* readRawSteps(
  path: string,
  file: ReadFile,
  history: History,
  { branch, first, last }: StepRange,
  chunkBytes: number = readBytes,
  isKept = true,
): AsyncGenerator<Observations> {
  let place = new Uint8Array(0);
  for (let step = first; step <= last;) {
    const run = [history.place(branch, step)];
    const { start } = run[0]!;
    for (step++; step <= last; step++) {
      const place = history.place(branch, step);
      if (place.end - start > chunkBytes) break;
      run.push(place);
    }
    const { end } = run.at(-1)!;
    if (isKept || place.byteLength < end - start) place = new Uint8Array(end - start);
    const bytes = await file.read(start, end, place);
    for (const place of run)
      yield decodeStep(path, place, bytes.subarray(place.start - start, place.end - start));
  }
}

/** Steps of a sealed segment: views of its batches, or copies where a step lies in several.
 *
 * In a damaged batch each step is held against its own journal line, so that those whose rows are whole can be read; who reads all
 * of such a batch hears of it in any case. */
async function* readSealedSteps(
  sealed: SealedSegment,
  history: History,
  { branch, first, last }: StepRange,
): AsyncGenerator<Observations> {
  const { batchRows } = sealed;
  const startRow = history.place(branch, first).firstRow;
  let number = -1;
  let batch: SealedBatch | null = null;
  /** Damage of a batch that was read from its first row to its last. */
  let wholly: Damage | null = null;
  for (let step = first; step <= last; step++) {
    const place = history.place(branch, step);
    let rows: Observations | null = null;
    let damage: Damage | null = null;
    for (let done = 0; done < place.rows;) {
      const row = place.firstRow + done;
      if (batch === null || number !== Math.floor(row / batchRows)) {
        number = Math.floor(row / batchRows);
        batch = await sealed.readBatch(number);
      }
      const from = row - number * batchRows;
      const to = Math.min(batch.columns.size, from + place.rows - done);
      if (to - from === place.rows) rows = sliceObservations(batch.columns, from, to);
      else {
        rows ??= createColumns(columnNames, place.rows);
        copyRows(columnNames, rows, done, batch.columns, from, to);
      }
      damage ??= batch.damage;
      done += to - from;
      if (to === batch.columns.size && startRow <= number * batchRows) wholly ??= batch.damage;
    }
    if (damage !== null && stepChecksum(place, rows!, 0) !== place.data) throw sealed.error(damage, step);
    yield rows!;
    if (wholly !== null) throw sealed.error(wholly);
  }
}

/** Steps of one segment. */
async function* readSpan(log: Log, span: Span): AsyncGenerator<Observations> {
  const segment = await openSegment(log, span);
  try {
    if ("raw" in segment) yield* readRawSteps(segment.path, segment.raw, log.history, span);
    else yield* readSealedSteps(segment.sealed, log.history, span);
  } finally {
    await closeSegment(segment);
  }
}

/** Rows of the steps `first` … `last` as a branch sees them, one step at a time, each checked: raw ones against their journal
 * lines, sealed ones against the seal's.
 * @param refresh see {@link Log}; for a reader beside a writer
 * @throws {LedgerError} with file and offset where bytes are missing or altered; naming the steps where they were dropped.
 * O(bytes); memory: 4 MiB, or a sealed batch. */
export async function* readSteps(
  files: Files,
  folder: string,
  history: History,
  range: StepRange,
  refresh?: () => Promise<void>,
): AsyncGenerator<Observations> {
  const log = { files, folder, history, ...(refresh && { refresh }) };
  for (const span of spansOf(history, range)) yield* readSpan(log, span);
}
