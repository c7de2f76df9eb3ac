/** @file What the journal says of each segment: which steps it holds, whether it is sealed, whether it was dropped. */
import type { SealLine, StepLine } from "./journal-line.ts";

/** How a sealed segment is cut, and the checksums of its columns. */
export interface Seal {
  /** Length of the sealed file. */
  readonly end: number;
  readonly rows: number;
  /** Rows of every batch but the last. */
  readonly batchRows: number;
  /** CRC-32 of column c in batch b at b · columns + c. */
  readonly checksums: Uint32Array;
}

/** A segment: neighbouring steps of one branch. */
export interface SegmentState {
  readonly segment: number;
  readonly branch: number;
  readonly firstStep: number;
  readonly lastStep: number;
  /** Bytes of the raw file that journal lines speak for. */
  readonly end: number;
  readonly rows: number;
  /** Null while its rows lie in the raw file. */
  readonly seal: Seal | null;
  /** Whether its rows were given up. */
  readonly dropped: boolean;
}

/** Bytes that a segment takes on the disk. */
export const segmentSize = ({ end, seal, dropped }: SegmentState): number =>
  dropped ? 0 : (seal?.end ?? end);

/** Checksums as a journal line holds them. */
export const encodeChecksums = (checksums: readonly number[]): string => {
  const bytes = Buffer.alloc(4 * checksums.length);
  for (const [at, crc] of checksums.entries()) bytes.writeUInt32LE(crc, 4 * at);
  return bytes.toString("base64");
};

const decodeChecksums = (text: string): Uint32Array => {
  const bytes = Buffer.from(text, "base64");
  return Uint32Array.from({ length: bytes.byteLength >> 2 }, (_, at) => bytes.readUInt32LE(4 * at));
};

/** A state while steps are added to it: there are millions, and a copy for each takes a third of reading a journal. */
type GrowingState = { -readonly [Key in keyof SegmentState]: SegmentState[Key] };

/** Segments by number, in the order of their first steps. A line that cannot follow is not taken in. */
export class SegmentStates {
  readonly #states = new Map<number, GrowingState>();

  get all(): ReadonlyMap<number, SegmentState> {
    return this.#states;
  }

  /** Takes a step in; null where its segment is another branch's, or closed. */
  add({ segment, branch, step, end, rows }: StepLine): { start: number; firstRow: number } | null {
    const before = this.#states.get(segment);
    if (before === undefined) {
      const state = {
        segment,
        branch,
        firstStep: step,
        lastStep: step,
        end,
        rows,
        seal: null,
        dropped: false,
      };
      this.#states.set(segment, state);
      return { start: 0, firstRow: 0 };
    }
    if (before.branch !== branch || before.seal !== null || before.dropped || before.lastStep !== step - 1)
      return null;
    const place = { start: before.end, firstRow: before.rows };
    before.lastStep = step;
    before.end = end;
    before.rows += rows;
    return place;
  }

  /** Takes a seal in; false where it does not fit the segment.
   * @param columns number of columns */
  seal({ segment, end, rows, batchRows, checksums }: SealLine, columns: number): boolean {
    const before = this.#states.get(segment);
    if (before === undefined || before.seal !== null || before.dropped || before.rows !== rows) return false;
    const seal = { end, rows, batchRows, checksums: decodeChecksums(checksums) };
    if (seal.checksums.length !== columns * Math.ceil(rows / batchRows)) return false;
    this.#states.set(segment, { ...before, seal });
    return true;
  }

  /** Gives a sealed segment up; false where it is not one. */
  drop(segment: number): boolean {
    const before = this.#states.get(segment);
    if (before === undefined || before.seal === null || before.dropped) return false;
    this.#states.set(segment, {
      ...before,
      seal: { ...before.seal, checksums: new Uint32Array() },
      dropped: true,
    });
    return true;
  }
}
