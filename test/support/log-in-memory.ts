/** @file A log in memory, cut and sealed as a test wants it; its rows follow from branch, step and slot alone. */
import { crc32 } from "node:zlib";
import * as fc from "fast-check";

import type { Files } from "../../src/files.ts";
import { History } from "../../src/ledger/journal/history.ts";
import { type JournalLine, encodeLine } from "../../src/ledger/journal/journal-line.ts";
import {
  type Observations,
  type StepBatch,
  createStepBatch,
  schemaMessage,
} from "../../src/ledger/log/observations.ts";
import { sealSegment } from "../../src/ledger/log/seal-segment.ts";
import { sealedPath, segmentPath } from "../../src/ledger/log/segment-files.ts";
import { createFilesInMemory } from "./files-in-memory.ts";
import { hash } from "./ledger-on-disk.ts";

/** A branch to be written: behind step `from` of `parent` (none for the first), segments of steps of so many rows. */
export interface PlannedBranch {
  readonly parent?: number;
  readonly from?: number;
  readonly segments: readonly (readonly number[])[];
}

/** The batch of a step: every value differs from those of other branches, steps and slots. */
export const stepBatchOf = (branch: number, step: number, rows: number): StepBatch => {
  const batch = createStepBatch(rows);
  const { columns } = batch;
  columns.step.fill(step);
  columns.branch.fill(branch);
  for (let slot = 0; slot < rows; slot++) {
    const value = hash(8 * step + branch, slot);
    columns.shard[slot] = value % 3;
    columns.row[slot] = value;
    columns.domain[slot] = value & 0xffff;
    columns.loss[slot] = value % 7 === 0 ? Number.NaN : value / 2 ** 28;
    columns.targets[slot] = value >>> 20;
    columns.weight[slot] = 1 / (1 + (value & 15));
    columns.probability[slot] = (1 + (value & 31)) / 32;
    columns.base[slot] = (1 + (value & 7)) / 8;
    if (value & 64) columns.trained[slot >> 3]! |= 1 << (slot & 7);
  }
  return batch;
};

/** A log whose files can be altered. */
export interface LogInMemory {
  readonly folder: string;
  readonly files: Files;
  /** Content of every file by path. */
  readonly contents: Map<string, Uint8Array>;
  readonly history: History;
  /** Rows of a step as a branch sees it. */
  rowsAt(branch: number, step: number): Observations;
  /** Says a line in the journal. */
  tell(line: JournalLine): void;
  /** The journal so far; its file is not among the contents unless a test puts it there. */
  journal(): Uint8Array;
  /** Seals a raw segment as a writer does, its raw file removed. */
  seal(segment: number, batchRows: number): Promise<void>;
  /** Gives a sealed segment up as a writer does. */
  drop(segment: number): void;
}

/** Writes a log of raw segments, numbered from 1. */
export const layLog = (branches: readonly PlannedBranch[]): LogInMemory => {
  const folder = "/l";
  const contents = new Map<string, Uint8Array>();
  const files = createFilesInMemory(contents);
  const history = new History("/l/journal.jsonl");
  const lines: Buffer[] = [];
  let previous = 0;
  const tell = (line: JournalLine): void => {
    const { bytes, crc } = encodeLine(line, previous);
    history.add({ line, crc, offset: 100 * lines.length });
    previous = crc;
    lines.push(bytes);
  };
  let segment = 0;
  for (const [branch, { parent = null, from = 0, segments }] of branches.entries()) {
    tell({ kind: "branch", branch, parent, step: from, formatVersion: 1, emaAlpha: 0.3 });
    let step = from;
    for (const steps of segments) {
      segment++;
      let bytes: Buffer = Buffer.alloc(0);
      for (const rows of steps) {
        step++;
        const start = bytes.byteLength;
        bytes = Buffer.concat([start === 0 ? schemaMessage : bytes, stepBatchOf(branch, step, rows).bytes]);
        const data = crc32(bytes.subarray(start));
        tell({ kind: "step", step, branch, segment, end: bytes.byteLength, rows, data, metrics: {} });
      }
      contents.set(segmentPath(folder, segment), new Uint8Array(bytes));
    }
  }
  return {
    folder,
    files,
    contents,
    history,
    rowsAt(branch, step) {
      const { rows, branch: writer } = history.place(branch, step);
      return stepBatchOf(writer, step, rows).columns;
    },
    tell,
    journal: () => Buffer.concat(lines),
    async seal(number, batchRows) {
      tell(await sealSegment({ files, folder, history }, number, batchRows));
      contents.delete(segmentPath(folder, number));
    },
    drop(number) {
      tell({ kind: "drop", segment: number });
      contents.delete(sealedPath(folder, number));
    },
  };
};

/** Any small log: up to three branches, each of which goes on from any step of one before it. */
export const anyLog: fc.Arbitrary<PlannedBranch[]> = fc
  .array(
    fc.tuple(
      fc.nat(),
      fc.nat(),
      fc.array(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 }), {
        minLength: 1,
        maxLength: 3,
      }),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((drafts) => {
    const lastSteps: number[] = [];
    return drafts.map(([anyParent, anyStep, segments], branch) => {
      const parent = anyParent % Math.max(1, branch);
      const from = branch === 0 ? 0 : anyStep % (lastSteps[parent]! + 1);
      lastSteps.push(from + segments.flat().length);
      return branch === 0 ? { segments } : { parent, from, segments };
    });
  });
