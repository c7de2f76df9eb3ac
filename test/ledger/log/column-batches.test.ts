import { array, asyncProperty, assert, integer, nat, subarray } from "fast-check";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";

import { readBatches } from "../../../src/ledger/log/column-batches.ts";
import { type Columns, copyRows, createColumns } from "../../../src/ledger/log/column-rows.ts";
import type { Log, StepRange } from "../../../src/ledger/log/log.ts";
import {
  type ColumnName,
  columnNames,
  columnRange,
  schemaMessage,
} from "../../../src/ledger/log/observations.ts";
import { sealedPath } from "../../../src/ledger/log/segment-files.ts";
import { readSteps } from "../../../src/ledger/log/segments.ts";
import { collect, rejection } from "../../support/ledger-on-disk.ts";
import { type LogInMemory, anyLog, layLog } from "../../support/log-in-memory.ts";
import { watchReads } from "../../support/watched-reads.ts";

/** Columns one behind the other, as one. */
const joined = <Name extends ColumnName>(
  names: readonly Name[],
  parts: readonly Columns<Name>[],
): Columns<Name> => {
  const all = createColumns(
    names,
    parts.reduce((sum, { size }) => sum + size, 0),
  );
  let at = 0;
  for (const part of parts) {
    copyRows(names, all, at, part, 0, part.size);
    at += part.size;
  }
  return all;
};

/** Everything that reading gives, as one; a batch is copied before the next is asked for. */
const readAll = async (log: Log, names: readonly ColumnName[], range: StepRange) => {
  const parts: Columns<ColumnName>[] = [];
  for await (const batch of readBatches(log, names, range)) parts.push(joined(names, [batch]));
  return { sizes: parts.map(({ size }) => size), rows: joined(names, parts) };
};

const stepsOf = (log: LogInMemory, { branch, first, last }: StepRange) =>
  Array.from({ length: last - first + 1 }, (_, at) => log.rowsAt(branch, first + at));

/** One branch of one segment. */
const oneSegment = (...steps: readonly number[]): LogInMemory => layLog([{ segments: [steps] }]);

describe("batches of columns", () => {
  it("hold the rows of any range of steps, of any columns, whichever segments are sealed and how they are cut", async () => {
    await assert(
      asyncProperty(
        anyLog,
        array(integer({ min: 0, max: 23 }), { minLength: 9, maxLength: 9 }),
        subarray([...columnNames], { minLength: 1 }),
        nat(),
        nat(),
        nat(),
        async (plan, cuts, names, anyBranch, anyFirst, anyLast) => {
          const log = layLog(plan);
          const branch = anyBranch % plan.length;
          const steps = log.history.lastStep(branch);
          const first = 1 + (anyFirst % steps);
          const range = { branch, first, last: first + (anyLast % (steps - first + 1)) };
          const wanted = stepsOf(log, range);
          const raw = await readAll(log, names, range);
          expect(raw.rows).toEqual(joined(names, wanted));
          for (const segment of log.history.segments.keys())
            if (cuts[segment - 1]! > 0) await log.seal(segment, cuts[segment - 1]!);
          expect((await readAll(log, names, range)).rows).toEqual(raw.rows);
          const { files, folder, history } = log;
          expect(await collect(readSteps(files, folder, history, range))).toEqual(wanted);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("are those of the sealed file, cut at both ends of the range", async () => {
    const log = oneSegment(3, 4, 5, 6);
    await log.seal(1, 8);
    const { sizes, rows } = await readAll(log, ["step"], { branch: 0, first: 2, last: 4 });
    expect(sizes).toEqual([5, 8, 2]);
    expect([...rows.step]).toEqual([2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4]);
  });

  it("put small steps of raw segments together, up to 16,384 rows, and give large ones alone, in order", async () => {
    const steps = [100, 9000, 200, 8100, 8000, 300, 20_000, 50];
    const log = oneSegment(...steps);
    const { sizes, rows } = await readAll(log, ["step", "row"], { branch: 0, first: 1, last: steps.length });
    expect(sizes).toEqual([100, 9000, 16_300, 300, 20_000, 50]);
    expect(rows).toEqual(joined(["step", "row"], stepsOf(log, { branch: 0, first: 1, last: steps.length })));
  });

  it("read no bytes of a sealed segment but those of the columns, and the next batch while one is looked at", async () => {
    const log = oneSegment(10, 10, 10);
    await log.seal(1, 10);
    const { files, reads } = watchReads(log.files);
    const batches = readBatches({ ...log, files }, ["loss", "row"], { branch: 0, first: 1, last: 3 });
    const ends = reads.length;
    await batches.next();
    const [row, loss] = (["row", "loss"] as const).map((name) => columnRange(10, columnNames.indexOf(name)));
    const bytes = row!.end - row!.start + loss!.end - loss!.start;
    const readSoFar = (): number => reads.reduce((sum, { start, end }) => sum + end - start, 0);
    const checks = schemaMessage.byteLength + 8;
    expect(ends).toBe(0);
    expect(readSoFar()).toBe(checks + 2 * bytes);
    await batches.next();
    await batches.next();
    expect(await batches.next()).toEqual({ done: true, value: undefined });
    expect(readSoFar()).toBe(checks + 3 * bytes);
  });

  it("take large steps from the journal, and read the other columns only", async () => {
    const log = oneSegment(100, 30, 90, 200, 64);
    const range = { branch: 0, first: 2, last: 4 };
    const names = ["loss", "step", "trained"] as const;
    const raw = await readAll(log, names, range);
    await log.seal(1, 128);
    const bytes = log.contents.get(sealedPath(log.folder, 1))!;
    bytes[schemaMessage.byteLength + columnRange(128, columnNames.indexOf("step")).start + 420]! ^= 1;
    const { files, reads } = watchReads(log.files);
    expect((await readAll({ ...log, files }, names, range)).rows).toEqual(raw.rows);
    expect(raw.rows).toEqual(joined(names, stepsOf(log, range)));
    const ends = 2; // head and mark of the end
    expect(reads.length - ends).toBe(2 * 4);
    expect((await readAll(log, ["step"], range)).rows.step).toEqual(raw.rows.step);
    const { folder, history } = log;
    expect(await rejection(collect(readSteps(log.files, folder, history, { ...range, first: 1 })))).toMatch(
      /^LedgerError: the step of steps 1 … 2 must have the checksum/,
    );
  });

  it("check what they read: an altered byte of a column is named, one of another column is not seen", async () => {
    const log = oneSegment(10, 10, 10);
    await log.seal(1, 10);
    const bytes = log.contents.get(sealedPath(log.folder, 1))!;
    const batch = schemaMessage.byteLength + (bytes.length - schemaMessage.byteLength - 8) / 3;
    const offset = batch + columnRange(10, columnNames.indexOf("loss")).start;
    bytes[offset + 7]! ^= 1;
    const range = { branch: 0, first: 1, last: 3 };
    expect((await readAll(log, ["row"], range)).rows).toEqual(joined(["row"], stepsOf(log, range)));
    const batches = readBatches(log, ["row", "loss"], range);
    expect((await batches.next()).value).toMatchObject({ size: 10, row: log.rowsAt(0, 1).row });
    expect(await rejection(batches.next())).toMatch(
      new RegExp(
        `^LedgerError: the loss of step 2 must have the checksum \\d+, got \\d+ \\(/l/sealed-000001.arrows, offset ${offset}\\)$`,
      ),
    );
  });

  it("check whole steps of raw segments", async () => {
    const log = oneSegment(10, 10);
    const { start } = log.history.place(0, 2);
    log.contents.get("/l/segment-000001.arrows")![start + 400]! ^= 1;
    expect(await rejection(readAll(log, ["row"], { branch: 0, first: 1, last: 2 }))).toMatch(
      /^LedgerError: the rows of step 2 must have the checksum .*\(\/l\/segment-000001.arrows, offset \d+\)$/,
    );
  });

  it.each([
    ["looked at to the end", 9, null],
    ["left early", 2, null],
    ["left while the next batch cannot be read", 1, 1],
  ])("leave no file open when %s", async (_, most, damagedBatch) => {
    const log = layLog([{ segments: [[4, 4, 4, 4], [4]] }]);
    await log.seal(1, 4);
    const bytes = log.contents.get(sealedPath(log.folder, 1))!;
    const batchBytes = (bytes.length - schemaMessage.byteLength - 8) / 4;
    if (damagedBatch !== null) bytes[schemaMessage.byteLength + (damagedBatch + 1) * batchBytes - 1]! ^= 1;
    const { files, open } = watchReads(log.files);
    let looks = 0;
    for await (const batch of readBatches({ ...log, files }, ["trained"], { branch: 0, first: 1, last: 5 })) {
      expect([batch.size, open.length]).toEqual([4, 1]);
      await nextTurn(); // a failure that nobody awaits yet must not end the process
      if (++looks === most) break;
    }
    expect([looks, open]).toEqual([Math.min(most, 5), []]);
  });
});
