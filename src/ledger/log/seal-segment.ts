/** @file Rewriting a closed segment in large batches, beside the steps of a run: in pieces that take a millisecond each.
 *
 * Raw segments have a batch a step, whose messages take more bytes than the rows of a small step, and more time to read. */
import { crc32 } from "node:zlib";

import { temporaryMark } from "../../files.ts";
import { copyRows } from "./column-rows.ts";
import type { SealLine } from "../journal/journal-line.ts";
import type { Log } from "./log.ts";
import {
  type StepBatch,
  columnNames,
  columnRange,
  createStepBatch,
  endOfStream,
  schemaMessage,
} from "./observations.ts";
import { sealedPath, segmentPath } from "./segment-files.ts";
import { encodeChecksums } from "../journal/segment-states.ts";
import { readRawSteps } from "./segments.ts";

/** Rows of a sealed batch: 2.7 MB, and one checksum for 192 KiB of a column on average. */
export const sealedBatchRows = 65_536;

/** Raw bytes that are rewritten before the event loop has its turn: about 1 ms at 16 rows a step. */
const pieceBytes = 2 ** 18;

/** Checksums of a batch's columns, in their order. */
const checksumsOf = ({ bytes, columns }: StepBatch): number[] =>
  columnNames.map((_, column) => {
    const { start, end } = columnRange(columns.size, column);
    return crc32(bytes.subarray(start, end));
  });

/** A closed raw segment's batches, filled up to `batchRows` rows. The bytes of one are overwritten by the next. */
async function* batchesOf(
  { files, folder, history }: Log,
  segment: number,
  batchRows: number,
): AsyncGenerator<StepBatch> {
  const { branch, firstStep: first, lastStep: last, rows } = history.segments.get(segment)!;
  const path = segmentPath(folder, segment);
  const file = await files.openRead(path);
  try {
    let left = rows;
    let batch = createStepBatch(Math.min(batchRows, left));
    let filled = 0;
    for await (const step of readRawSteps(path, file, history, { branch, first, last }, pieceBytes, false))
      for (let from = 0; from < step.size;) {
        const to = Math.min(step.size, from + batch.columns.size - filled);
        copyRows(columnNames, batch.columns, filled, step, from, to);
        filled += to - from;
        from = to;
        if (filled < batch.columns.size) continue;
        yield batch;
        left -= filled;
        filled = 0;
        if (left > 0 && left < batchRows) batch = createStepBatch(left);
      }
  } finally {
    await file.close();
  }
}

/** Writes the sealed file of a closed raw segment, whole or not at all, and leaves the raw one as it is. Uncommitted bytes
 * behind its last step are left out.
 * @returns the journal line that makes the sealed file count; once it is durable, the raw file may go
 * @throws {LedgerError} when a raw byte is altered: nothing is sealed then
 * @throws {StorageError} when the disk refuses. O(bytes). */
export const sealSegment = async (log: Log, segment: number, batchRows: number): Promise<SealLine> => {
  const { files, folder, history } = log;
  const path = sealedPath(folder, segment);
  const temporary = `${path}${temporaryMark}sealing`;
  const file = await files.openAppend(temporary, 0);
  const checksums: number[] = [];
  try {
    await file.append(schemaMessage);
    for await (const batch of batchesOf(log, segment, batchRows)) {
      checksums.push(...checksumsOf(batch));
      await file.append(batch.bytes);
    }
    await file.append(endOfStream);
    await file.sync();
  } finally {
    await file.close();
  }
  const end = file.byteLength;
  await files.move(temporary, path);
  const { rows } = history.segments.get(segment)!;
  return { kind: "seal", segment, end, rows, batchRows, checksums: encodeChecksums(checksums) };
};
