import { tableFromIPC } from "apache-arrow";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";

import { createFiles } from "../../../src/files.ts";
import {
  batchByteLength,
  columnNames,
  columnRange,
  endOfStream,
  schemaMessage,
} from "../../../src/ledger/log/observations.ts";
import { sealSegment, sealedBatchRows } from "../../../src/ledger/log/seal-segment.ts";
import { sealedPath, segmentPath } from "../../../src/ledger/log/segment-files.ts";
import { encodeChecksums } from "../../../src/ledger/journal/segment-states.ts";
import { createFailingDisk } from "../../support/failing-disk.ts";
import { closeLeftOpen, rejection, temporaryFolder, unsynced } from "../../support/ledger-on-disk.ts";
import { type LogInMemory, layLog } from "../../support/log-in-memory.ts";

const raw = segmentPath("/l", 1);
const sealed = sealedPath("/l", 1);
const oneSegment = (...steps: readonly number[]): LogInMemory => layLog([{ segments: [steps] }]);

describe("sealing a segment", () => {
  it.each([
    [[5], 8, [5]],
    [[8], 8, [8]],
    [[3, 4, 5, 6], 8, [8, 8, 2]],
    [[3, 4, 1], 8, [8]],
    [[30, 1, 1], 8, [8, 8, 8, 8]],
    [[1, 2, 3], 1, [1, 1, 1, 1, 1, 1]],
    [[40, 2], 65_536, [42]],
  ])("of steps of %j rows at %i a batch gives batches of %j", async (steps, batchRows, batches) => {
    const log = oneSegment(...steps);
    const before = log.contents.get(raw)!.slice();
    const line = await sealSegment(log, 1, batchRows);
    const file = log.contents.get(sealed)!;
    const rows = steps.reduce((sum, each) => sum + each);
    expect(line).toMatchObject({ kind: "seal", segment: 1, end: file.length, rows, batchRows });
    expect(log.contents.get(raw)).toEqual(before);
    expect([...log.contents.keys()].toSorted()).toEqual([sealed, raw]);

    const table = tableFromIPC(file);
    expect(table.batches.map(({ numRows }) => numRows)).toEqual(batches);
    const wanted = steps.map((_, at) => log.rowsAt(0, at + 1));
    for (const name of columnNames.filter((each) => each !== "trained"))
      expect([...table.getChild(name)!]).toEqual(wanted.flatMap((columns) => [...columns[name]]));
    expect([...table.getChild("trained")!]).toEqual(
      wanted.flatMap(({ size, trained }) =>
        Array.from({ length: size }, (_, slot) => ((trained[slot >> 3]! >> (slot & 7)) & 1) === 1),
      ),
    );
  });

  it("states the checksum of every column of every batch", async () => {
    const log = oneSegment(3, 4, 5, 6);
    const { checksums } = await sealSegment(log, 1, 8);
    const file = log.contents.get(sealed)!;
    let start = schemaMessage.byteLength;
    const wanted = [8, 8, 2].flatMap((rows) => {
      const batch = file.subarray(start, start + batchByteLength(rows));
      start += batch.length;
      return columnNames.map((_, column) => {
        const range = columnRange(rows, column);
        return crc32(batch.subarray(range.start, range.end));
      });
    });
    expect(file.length - start).toBe(endOfStream.byteLength);
    expect(checksums).toBe(encodeChecksums(wanted));
  });

  it("leaves out bytes behind the last step that a line speaks for, and takes 65,536 rows a batch for usual", async () => {
    const log = oneSegment(3, 4);
    const { end } = await sealSegment(log, 1, sealedBatchRows);
    log.contents.set(raw, Buffer.concat([log.contents.get(raw)!, Buffer.from("torn")]));
    expect((await sealSegment(log, 1, sealedBatchRows)).end).toBe(end);
    expect([sealedBatchRows, end]).toEqual([65_536, schemaMessage.length + batchByteLength(7) + 8]);
  });

  it("seals nothing where any raw byte is altered, and names the step", async () => {
    const log = oneSegment(2, 3);
    const bytes = log.contents.get(raw)!;
    const wrong: string[] = [];
    for (let at = 0; at < bytes.length; at++) {
      bytes[at]! ^= 16;
      const { step, start } = log.history.place(0, at < log.history.place(0, 2).start ? 1 : 2);
      const message = await rejection(sealSegment(log, 1, 4));
      const isNamed =
        message.startsWith(`LedgerError: the rows of step ${step} must have the checksum `) &&
        message.endsWith(`(${raw}, offset ${start})`);
      if (!isNamed || log.contents.has(sealed)) wrong.push(`byte ${at}: ${message}`);
      bytes[at]! ^= 16;
    }
    expect(wrong).toEqual([]);
    await sealSegment(log, 1, 4);
    expect(log.contents.has(sealed)).toBe(true);
  });
});

describe("sealing on a disk that fails", () => {
  const temporary = temporaryFolder();
  afterEach(async () => {
    await closeLeftOpen();
    temporary.remove();
  });

  it("gives the whole sealed file or none at every operation, leaves the raw one, and can be done again", async () => {
    const log = oneSegment(3, 4, 5, 6);
    const bytes = log.contents.get(raw)!;
    await log.seal(1, 8);
    const whole = log.contents.get(sealed)!;
    const { history } = oneSegment(3, 4, 5, 6);
    const seal = (folder: string, at: number, tornShare: number) => {
      mkdirSync(folder);
      writeFileSync(segmentPath(folder, 1), bytes);
      const disk = createFailingDisk({ at, tornShare }, unsynced);
      return { disk, sealing: sealSegment({ files: createFiles(disk), folder, history }, 1, 8) };
    };
    const counting = seal(join(temporary.folder, "counted"), Infinity, 0);
    await counting.sealing;
    const operations = counting.disk.operations.map(({ operation }) => operation);
    expect(operations).toEqual([
      "openFile",
      "write",
      "write",
      "write",
      "write",
      "write",
      "sync",
      "close",
      "rename",
      "syncFolder",
    ]);
    for (let at = 1; at <= operations.length; at++) {
      const folder = join(temporary.folder, `${at}`);
      const { sealing } = seal(folder, at, 0.5);
      expect(await rejection(sealing)).toMatch(/^StorageError: cannot .*sealed-000001\.arrows.*ENOSPC\)$/);
      const names = readdirSync(folder);
      expect(names).toContain(basename(raw));
      expect(readFileSync(segmentPath(folder, 1))).toEqual(Buffer.from(bytes));
      if (names.includes(basename(sealed)))
        expect(readFileSync(sealedPath(folder, 1))).toEqual(Buffer.from(whole));
      await sealSegment({ files: createFiles(unsynced), folder, history }, 1, 8);
      expect(readFileSync(sealedPath(folder, 1))).toEqual(Buffer.from(whole));
    }
  });
});
