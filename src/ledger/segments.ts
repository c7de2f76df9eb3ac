/** @file The log's files: Arrow IPC streams whose record batches are steps. */
import { join } from "node:path";
import { crc32 } from "node:zlib";

import { LedgerError } from "../errors.ts";
import type { Files, ReadFile } from "../files.ts";
import type { History, StepPlace } from "./history.ts";
import { type Observations, readStepBatch, schemaMessage } from "./observations.ts";

/** Path of a segment: `segment-000001.arrows`, an Arrow IPC stream. */
export const segmentPath = (folder: string, segment: number): string =>
  join(folder, `segment-${String(segment).padStart(6, "0")}.arrows`);

/** Number of the segment of this file name, or null where it names none. */
export const segmentOf = (name: string): number | null => {
  const match = /^segment-(\d{6,})\.arrows$/.exec(name);
  return match === null ? null : Number(match[1]);
};

const readBytes = 4 * 2 ** 20;

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

/** Neighbouring steps that are read at once: consecutive bytes of one segment, about {@link readBytes}. */
function* runsOf(history: History, branch: number, first: number, last: number): Generator<StepPlace[]> {
  let run: StepPlace[] = [];
  for (let step = first; step <= last; step++) {
    const place = history.place(branch, step);
    const before = run.at(-1);
    const goesOn =
      before?.segment === place.segment &&
      before.end === place.start &&
      place.end - run[0]!.start <= readBytes;
    if (!goesOn && run.length > 0) {
      yield run;
      run = [];
    }
    run.push(place);
  }
  if (run.length > 0) yield run;
}

/** Rows of the steps `first` … `last` as a branch sees them, one step at a time, each checked against its journal line.
 * @throws {LedgerError} with file and offset where bytes are missing or altered. O(bytes); memory 4 MiB. */
export async function* readSteps(
  files: Files,
  folder: string,
  history: History,
  { branch, first, last }: { readonly branch: number; readonly first: number; readonly last: number },
): AsyncGenerator<Observations> {
  let file: ReadFile | null = null;
  let openSegment = 0;
  try {
    for (const run of runsOf(history, branch, first, last)) {
      const { segment, start } = run[0]!;
      const path = segmentPath(folder, segment);
      if (file === null || openSegment !== segment) {
        await file?.close();
        file = null;
        if (!(await files.exists(path))) throw damaged(path, run[0]!, "be in their segment", "no file");
        file = await files.openRead(path);
        openSegment = segment;
      }
      const bytes = await file.read(start, run.at(-1)!.end);
      for (const place of run)
        yield decodeStep(path, place, bytes.subarray(place.start - start, place.end - start));
    }
  } finally {
    await file?.close();
  }
}
