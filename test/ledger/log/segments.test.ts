import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { History } from "../../../src/ledger/journal/history.ts";
import {
  type ColumnName,
  batchByteLength,
  columnNames,
  columnRange,
  createStepBatch,
  endOfStream,
  schemaMessage,
} from "../../../src/ledger/log/observations.ts";
import { segmentPath } from "../../../src/ledger/log/segment-files.ts";
import { readRawSteps, readSteps } from "../../../src/ledger/log/segments.ts";
import { collect, quickFiles, rejection, temporaryFolder } from "../../support/ledger-on-disk.ts";
import { type LogInMemory, layLog } from "../../support/log-in-memory.ts";
import { watchReads } from "../../support/watched-reads.ts";

let folder: string;
let remove: () => void;
beforeEach(() => ({ folder, remove } = temporaryFolder()));
afterEach(() => remove());

/** Steps 1 … n of given rows in segments of two steps each. */
const write = (rowsOfSteps: readonly number[]): History => {
  const history = new History("journal");
  const first = {
    kind: "branch",
    branch: 0,
    parent: null,
    step: 0,
    formatVersion: 1,
    emaAlpha: 0.3,
  } as const;
  history.add({ line: first, crc: 0, offset: 0 });
  let bytes = Buffer.alloc(0);
  for (const [at, rows] of rowsOfSteps.entries()) {
    const segment = 1 + (at >> 1);
    const batch = createStepBatch(rows);
    batch.columns.step.fill(at + 1);
    const start = at % 2 === 0 ? 0 : bytes.length;
    bytes = Buffer.concat([at % 2 === 0 ? schemaMessage : bytes, batch.bytes]);
    const line = { kind: "step", step: at + 1, branch: 0, segment, end: bytes.length, rows } as const;
    history.add({ line: { ...line, data: crc32(bytes.subarray(start)), metrics: {} }, crc: at, offset: 0 });
    writeFileSync(segmentPath(folder, segment), bytes);
  }
  return history;
};
const read = (history: History, first: number, last: number) =>
  collect(readSteps(quickFiles, folder, history, { branch: 0, first, last }));

describe("segments", () => {
  it("give the steps asked for, in order, across segments", async () => {
    const history = write([3, 1, 9, 4, 4]);
    const steps = await read(history, 2, 5);
    expect(steps.map(({ step, size }) => [step[0], size])).toEqual([
      [2, 1],
      [3, 9],
      [4, 4],
      [5, 4],
    ]);
    expect(await read(history, 4, 3)).toEqual([]);
  });

  it("are read in pieces of 4 MiB", async () => {
    const steps = await read(write([120_000, 120_000, 5]), 1, 3);
    expect(steps.map(({ size }) => size)).toEqual([120_000, 120_000, 5]);
  });

  it("are read into one place where steps are not kept, and each into its own where they are", async () => {
    const history = write([40, 40, 7]);
    const places = async (isKept: boolean) => {
      const file = await quickFiles.openRead(segmentPath(folder, 1));
      const range = { branch: 0, first: 1, last: 2 };
      const buffers = new Set<unknown>();
      for await (const rows of readRawSteps(segmentPath(folder, 1), file, history, range, 1, isKept)) {
        expect([rows.size, rows.step[39]]).toEqual([40, rows.step[0]]);
        buffers.add(rows.step.buffer);
      }
      await file.close();
      return buffers.size;
    };
    expect([await places(false), await places(true)]).toEqual([1, 2]);
  });

  it("name file and offset of rows that are altered, missing, or not ours", async () => {
    const history = write([3, 2]);
    const path = segmentPath(folder, 1);
    const bytes = readFileSync(path);
    const { start, end, data } = history.place(0, 2);
    const altered = Buffer.from(bytes);
    altered[end - 3]! ^= 8;
    writeFileSync(path, altered);
    expect((await read(history, 1, 1)).length).toBe(1);
    expect(await rejection(read(history, 1, 2))).toBe(
      `LedgerError: the rows of step 2 must have the checksum ${data}, got ${crc32(altered.subarray(start))} (${path}, offset ${start})`,
    );
    truncateSync(path, end - 1);
    expect(await rejection(read(history, 2, 2))).toBe(
      `LedgerError: the rows of step 2 must end at ${end}, got a file that ends at ${end - 1} (${path}, offset ${start})`,
    );
    rmSync(path);
    expect(await rejection(read(history, 2, 2))).toBe(
      `LedgerError: the rows of step 2 must be in their segment, got no file (${path}, offset ${start})`,
    );
  });

  it("refuse another layout even under a right checksum", async () => {
    const history = new History("journal");
    const first = {
      kind: "branch",
      branch: 0,
      parent: null,
      step: 0,
      formatVersion: 1,
      emaAlpha: 0.3,
    } as const;
    history.add({ line: first, crc: 0, offset: 0 });
    const bytes = Buffer.alloc(2000);
    const line = { kind: "step", step: 1, branch: 0, segment: 1, end: 2000, rows: 4, metrics: {} } as const;
    history.add({ line: { ...line, data: crc32(bytes) }, crc: 1, offset: 0 });
    writeFileSync(segmentPath(folder, 1), bytes);
    expect(await rejection(read(history, 1, 1))).toBe(
      `LedgerError: the rows of step 1 must be a record batch of this version's columns, got another (${segmentPath(folder, 1)}, offset 0)`,
    );
  });
});

describe("sealed segments", () => {
  const path = "/l/sealed-000001.arrows";
  /** Steps of 3, 4, 5 and 6 rows in batches of 8: the third and the fourth lie in two of them. */
  const sealedLog = async (): Promise<LogInMemory> => {
    const log = layLog([{ segments: [[3, 4, 5, 6]] }]);
    await log.seal(1, 8);
    return log;
  };
  const readSealed = ({ files, folder, history }: LogInMemory, first: number, last: number) =>
    readSteps(files, folder, history, { branch: 0, first, last });
  /** Steps given before the end or an error, and that error. */
  const outcome = async (log: LogInMemory, first: number, last: number) => {
    const steps: number[] = [];
    try {
      for await (const rows of readSealed(log, first, last)) {
        const step = rows.step[0]!;
        expect(rows).toEqual(log.rowsAt(0, step));
        steps.push(step);
      }
    } catch (error) {
      return { steps, message: error instanceof Error ? error.message : "no error" };
    }
    return { steps, message: null };
  };
  /** Alters a byte of a column in a batch of 8 rows. */
  const alter = (log: LogInMemory, batch: number, name: ColumnName, byte: number): number => {
    const start = schemaMessage.byteLength + batch * batchByteLength(8);
    const column = start + columnRange(8, columnNames.indexOf(name)).start;
    log.contents.get(path)![column + byte]! ^= 1;
    return column;
  };

  it("give the steps asked for as raw ones do, also those that lie in two batches", async () => {
    const log = await sealedLog();
    expect(await outcome(log, 1, 4)).toEqual({ steps: [1, 2, 3, 4], message: null });
    for (let step = 1; step <= 4; step++)
      expect(await outcome(log, step, step)).toEqual({ steps: [step], message: null });
  });

  it("give views of a batch, not copies, of a step that lies in one", async () => {
    const log = await sealedLog();
    const [first, second] = await collect(readSealed(log, 1, 2));
    expect(first!.loss.buffer).toBe(second!.loss.buffer);
  });

  it("give the steps of a damaged batch whose own rows are whole, and name the one whose rows are not", async () => {
    const log = await sealedLog();
    const offset = alter(log, 0, "loss", 4 * 3); // the first row of step 2
    const message = expect.stringMatching(
      new RegExp(
        `^the loss of steps 1 … 3 must have the checksum \\d+, got \\d+ \\(${path}, offset ${offset}, step 2\\)$`,
      ),
    );
    expect(await outcome(log, 1, 1)).toEqual({ steps: [1], message: null });
    expect(await outcome(log, 3, 4)).toEqual({ steps: [3, 4], message: null });
    expect(await outcome(log, 2, 2)).toEqual({ steps: [], message });
    expect(await outcome(log, 1, 4)).toEqual({ steps: [1], message });
  });

  it("name a step for either of its batches", async () => {
    const whole = await sealedLog();
    alter(whole, 0, "row", 4 * 7); // the first row of step 3
    expect((await outcome(whole, 3, 3)).message).toMatch(/^the row of steps 1 … 3 must .*, step 3\)$/);
    expect((await outcome(whole, 3, 4)).steps).toEqual([]);
    const log = await sealedLog();
    alter(log, 1, "row", 0); // the second row of step 3 that lies there
    expect(await outcome(log, 4, 4)).toEqual({ steps: [4], message: null });
    expect((await outcome(log, 3, 3)).message).toMatch(/^the row of steps 3 … 4 must .*, step 3\)$/);
  });

  it("say so of bytes between the rows when all of a batch was read, having given its steps", async () => {
    const log = layLog([{ segments: [[3, 2]] }]);
    await log.seal(1, 5);
    const column = schemaMessage.byteLength + columnRange(5, columnNames.indexOf("branch")).start;
    log.contents.get(path)![column + 11]! ^= 1; // 5 uint16 take 10 of 16 bytes
    expect(await outcome(log, 1, 1)).toEqual({ steps: [1], message: null });
    expect(await outcome(log, 2, 2)).toEqual({ steps: [2], message: null });
    expect(await outcome(log, 1, 2)).toEqual({
      steps: [1, 2],
      message: expect.stringMatching(
        new RegExp(`^the branch of steps 1 … 2 must have the checksum .* \\(${path}, offset ${column}\\)$`),
      ),
    });
  });

  it("are read once, batch by batch, and closed whatever comes", async () => {
    const log = await sealedLog();
    const { files, reads, open } = watchReads(log.files);
    const { folder, history } = log;
    await collect(readSteps(files, folder, history, { branch: 0, first: 1, last: 4 }));
    const { end } = history.segments.get(1)!.seal!;
    const batches = [0, 1, 2].map((batch) => schemaMessage.byteLength + batch * batchByteLength(8));
    expect(reads.map(({ start }) => start)).toEqual([0, end - endOfStream.byteLength, ...batches]);
    expect(open).toEqual([]);
    for await (const rows of readSteps(files, folder, history, { branch: 0, first: 1, last: 4 }))
      if (rows.step[0] === 2) break;
    expect(open).toEqual([]);
    alter(log, 0, "step", 0);
    expect(
      await rejection(collect(readSteps(files, folder, history, { branch: 0, first: 1, last: 4 }))),
    ).toContain("the step of steps 1 … 3");
    expect(open).toEqual([]);
  });
});
