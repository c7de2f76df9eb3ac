import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { History } from "../../src/ledger/history.ts";
import { createStepBatch, schemaMessage } from "../../src/ledger/observations.ts";
import { segmentPath } from "../../src/ledger/segment-files.ts";
import { readSteps } from "../../src/ledger/segments.ts";
import { collect, quickFiles, rejection, temporaryFolder } from "../support/ledger-on-disk.ts";

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
