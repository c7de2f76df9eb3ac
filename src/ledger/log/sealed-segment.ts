/** @file A sealed segment: an Arrow IPC stream of equal batches, any column of which can be read and checked alone.
 *
 * Where a column lies follows from the numbers of rows, so that nothing but its bytes is read. The journal's seal line has a
 * checksum of each; the stream's messages hold nothing else and are compared with what they must be. */
import { crc32 } from "node:zlib";

import { LedgerError } from "../../errors.ts";
import type { ReadFile } from "../../files.ts";
import type { Columns } from "./column-rows.ts";
import type { History } from "../journal/history.ts";
import {
  type ColumnName,
  type Observations,
  batchByteLength,
  columnNames,
  columnOf,
  columnRange,
  endOfStream,
  readStepBatch,
  schemaMessage,
  trustStepBatch,
} from "./observations.ts";
import type { Seal, SegmentState } from "../journal/segment-states.ts";

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Runs of columns that follow one another in a batch, by their numbers: first and last of each. */
const neighbours = (names: readonly ColumnName[]): [number, number][] => {
  const runs: [number, number][] = [];
  for (const column of names.map((name) => columnNames.indexOf(name)).toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.[1] === column - 1) run[1] = column;
    else runs.push([column, column]);
  }
  return runs;
};

/** What is wrong with a sealed file, and where. */
export interface Damage {
  readonly problem: string;
  readonly offset: number;
}

/** A batch as read. */
export interface SealedBatch {
  readonly columns: Observations;
  /** Null where every byte is as it was sealed. */
  readonly damage: Damage | null;
}

/** An open sealed segment. */
export class SealedSegment {
  readonly #path: string;
  readonly #file: ReadFile;
  readonly #history: History;
  readonly #state: SegmentState;
  readonly #seal: Seal;

  private constructor(path: string, file: ReadFile, history: History, state: SegmentState, seal: Seal) {
    this.#path = path;
    this.#file = file;
    this.#history = history;
    this.#state = state;
    this.#seal = seal;
  }

  /** Takes an open file over, whose length, head and end are checked. O(1).
   * @throws {LedgerError} with file and offset where they are not as sealed; the file is closed then */
  static async open(
    path: string,
    file: ReadFile,
    history: History,
    state: SegmentState,
    seal: Seal,
  ): Promise<SealedSegment> {
    const segment = new SealedSegment(path, file, history, state, seal);
    try {
      await segment.#checkEnds();
      return segment;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Rows of every batch but the last. */
  get batchRows(): number {
    return this.#seal.batchRows;
  }

  /** Rows of a batch. */
  rowsOf(batch: number): number {
    return Math.min(this.#seal.batchRows, this.#seal.rows - batch * this.#seal.batchRows);
  }

  /** All columns of a batch, every byte of it checked. O(bytes); memory: the batch.
   * @returns also what is wrong with it, since the rows of some of its steps may be whole */
  async readBatch(batch: number): Promise<SealedBatch> {
    const rows = this.rowsOf(batch);
    const start = this.#startOf(batch);
    const bytes = await this.#file.read(start, start + batchByteLength(rows));
    let damage: Damage | null = null;
    for (const column of columnNames.keys()) {
      const range = columnRange(rows, column);
      damage ??= this.#compare(batch, column, bytes.subarray(range.start, range.end));
    }
    if (readStepBatch(bytes, rows) === null)
      damage ??= {
        problem: `the message of ${this.#stepsOf(batch)} must be that of a record batch of ${rows} rows, got another`,
        offset: start,
      };
    return { columns: trustStepBatch(bytes, rows), damage };
  }

  /** Bytes that some columns of a batch take at most. */
  byteLengthOf(names: readonly ColumnName[]): number {
    return names.reduce((sum, name) => {
      const { start, end } = columnRange(this.rowsOf(0), columnNames.indexOf(name));
      return sum + end - start;
    }, 0);
  }

  /** Some columns of a batch; no other bytes are read, and neighbours at once. O(bytes of the columns).
   * @param into place for {@link byteLengthOf} them, aligned to 8; new when left out
   * @throws {LedgerError} with file, offset and steps where a byte of them is altered */
  async readColumns<Name extends ColumnName>(
    batch: number,
    names: readonly Name[],
    into: Uint8Array<ArrayBuffer> = new Uint8Array(this.byteLengthOf(names)),
  ): Promise<Columns<Name>> {
    const rows = this.rowsOf(batch);
    const start = this.#startOf(batch);
    const found = new Map<ColumnName, Observations[ColumnName]>();
    let place = 0;
    const reads = neighbours(names).map(async ([first, last]) => {
      const from = columnRange(rows, first).start;
      const to = columnRange(rows, last).end;
      const target = into.subarray(place);
      place += to - from;
      const bytes = await this.#file.read(start + from, start + to, target);
      for (let column = first; column <= last; column++) {
        const range = columnRange(rows, column);
        const part = bytes.subarray(range.start - from, range.end - from);
        const damage = this.#compare(batch, column, part);
        if (damage !== null) throw this.error(damage);
        found.set(columnNames[column]!, columnOf(columnNames[column]!, part, rows));
      }
    });
    await Promise.all(reads);
    // One order for every batch: objects of many shapes would slow down the loops over them.
    const columns: Columns<Name> = Object.fromEntries([
      ["size", rows],
      ...names.map((name) => [name, found.get(name)]),
    ]);
    return columns;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #startOf(batch: number): number {
    return schemaMessage.byteLength + batch * batchByteLength(this.#seal.batchRows);
  }

  /** What is wrong with a column's bytes. */
  #compare(batch: number, column: number, bytes: Uint8Array): Damage | null {
    const wanted = this.#seal.checksums[batch * columnNames.length + column]!;
    const crc = crc32(bytes);
    return crc === wanted
      ? null
      : {
          problem: `the ${columnNames[column]!} of ${this.#stepsOf(batch)} must have the checksum ${wanted}, got ${crc}`,
          offset: this.#startOf(batch) + columnRange(this.rowsOf(batch), column).start,
        };
  }

  async #checkEnds(): Promise<void> {
    const { end } = this.#seal;
    const subject = `sealed segment ${this.#state.segment}`;
    const byteLength = await this.#file.byteLength();
    if (byteLength !== end)
      throw this.error({
        problem: `${subject} must end at ${end}, got a file that ends at ${byteLength}`,
        offset: Math.min(end, byteLength),
      });
    const head = await this.#file.read(0, schemaMessage.byteLength);
    if (!isSame(head, schemaMessage))
      throw this.error({
        problem: `${subject} must begin with this version's columns, got others`,
        offset: 0,
      });
    const offset = end - endOfStream.byteLength;
    if (!isSame(await this.#file.read(offset, end), endOfStream))
      throw this.error({
        problem: `${subject} must end with the mark of a stream's end, got another`,
        offset,
      });
  }

  /** Steps with rows in a batch, in words. O(steps of the segment). */
  #stepsOf(batch: number): string {
    const { branch, firstStep, lastStep } = this.#state;
    const from = batch * this.#seal.batchRows;
    const to = from + this.rowsOf(batch);
    const steps: number[] = [];
    for (let step = firstStep; step <= lastStep; step++) {
      const { firstRow, rows } = this.#history.place(branch, step);
      if (firstRow < to && firstRow + rows > from) steps.push(step);
    }
    return steps.length === 1 ? `step ${steps[0]}` : `steps ${steps[0]} … ${steps.at(-1)}`;
  }

  /** Damage as an error.
   * @param step whose rows are not what its own journal line says */
  error({ problem, offset }: Damage, step?: number): LedgerError {
    return new LedgerError(problem, {
      path: this.#path,
      offset,
      ...(step !== undefined && { step }),
      hint: "nothing was cut; restore this file from a copy, or resume from a checkpoint before these steps",
    });
  }
}
