import { beforeEach, describe, expect, it } from "vitest";

import { sliceObservations } from "../../../src/ledger/log/column-rows.ts";
import {
  type ColumnName,
  batchByteLength,
  columnNames,
  columnRange,
  endOfStream,
  schemaMessage,
} from "../../../src/ledger/log/observations.ts";
import { SealedSegment } from "../../../src/ledger/log/sealed-segment.ts";
import { readSteps } from "../../../src/ledger/log/segments.ts";
import { collect, rejection } from "../../support/ledger-on-disk.ts";
import { type LogInMemory, layLog } from "../../support/log-in-memory.ts";
import { watchReads } from "../../support/watched-reads.ts";

const path = "/l/sealed-000001.arrows";
const rowsOfSteps = [2, 3, 1];
/** Steps with rows in each batch of 4, as messages name them. */
const stepsOfBatch = ["steps 1 … 2", "steps 2 … 3"];

let log: LogInMemory;
beforeEach(async () => {
  log = layLog([{ segments: [rowsOfSteps] }]);
  await log.seal(1, 4);
});

const open = async (files = log.files): Promise<SealedSegment> => {
  const state = log.history.segments.get(1)!;
  return SealedSegment.open(path, await files.openRead(path), log.history, state, state.seal!);
};
const steps = () => {
  const { files, folder, history } = log;
  return collect(readSteps(files, folder, history, { branch: 0, first: 1, last: 3 }));
};

/** What must be said of a byte of the file, and where; the numbers of checksums left out. */
const verdictOn = (at: number, end: number): { words: string; offset: number; column: number | null } => {
  if (at < schemaMessage.byteLength)
    return {
      words: "sealed segment 1 must begin with this version's columns, got others",
      offset: 0,
      column: null,
    };
  const mark = end - endOfStream.byteLength;
  if (at >= mark)
    return {
      words: "sealed segment 1 must end with the mark of a stream's end, got another",
      offset: mark,
      column: null,
    };
  const batch = Math.floor((at - schemaMessage.byteLength) / batchByteLength(4));
  const start = schemaMessage.byteLength + batch * batchByteLength(4);
  const rows = Math.min(4, 6 - 4 * batch);
  const column = columnNames.findLastIndex((_, each) => columnRange(rows, each).start <= at - start);
  if (column < 0)
    return {
      words: `the message of ${stepsOfBatch[batch]} must be that of a record batch of ${rows} rows, got another`,
      offset: start,
      column: null,
    };
  return {
    words: `the ${columnNames[column]} of ${stepsOfBatch[batch]} must have the checksum #, got #`,
    offset: start + columnRange(rows, column).start,
    column,
  };
};
const withoutNumbers = (message: string): string =>
  message.replace(/checksum \d+, got \d+/, "checksum #, got #");

describe("a sealed segment", () => {
  it("gives its batches, whole and without damage", async () => {
    const segment = await open();
    expect([segment.batchRows, segment.rowsOf(0), segment.rowsOf(1)]).toEqual([4, 4, 2]);
    const [first, second, third] = [1, 2, 3].map((step) => log.rowsAt(0, step));
    const whole = await segment.readBatch(0);
    expect(whole.damage).toBeNull();
    expect(sliceObservations(whole.columns, 0, 2)).toEqual(first);
    expect(sliceObservations(whole.columns, 2, 4)).toEqual(sliceObservations(second!, 0, 2));
    const rest = await segment.readBatch(1);
    expect(rest.damage).toBeNull();
    expect(sliceObservations(rest.columns, 0, 1)).toEqual(sliceObservations(second!, 2, 3));
    expect(sliceObservations(rest.columns, 1, 2)).toEqual(third);
  });

  it("gives some columns of a batch, and reads no bytes but theirs", async () => {
    const { files, reads, open: stillOpen } = watchReads(log.files);
    const segment = await open(files);
    reads.length = 0;
    const { columns } = await segment.readBatch(1);
    const before = reads.splice(0).length;
    const start = schemaMessage.byteLength + batchByteLength(4);
    const { loss, trained } = columns;
    expect(await segment.readColumns(1, ["loss", "trained"])).toEqual({ size: 2, loss, trained });
    expect([before, reads]).toEqual([
      1,
      (["loss", "trained"] as const).map((name) => {
        const range = columnRange(2, columnNames.indexOf(name));
        return { name: "sealed-000001.arrows", start: start + range.start, end: start + range.end };
      }),
    ]);
    await segment.close();
    expect(stillOpen).toEqual([]);
  });

  it("reads neighbouring columns at once, and puts all of them where they are wanted", async () => {
    const { files, reads } = watchReads(log.files);
    const segment = await open(files);
    const names = ["loss", "step", "targets", "domain", "base"] as const;
    const { columns } = await segment.readBatch(0);
    reads.length = 0;
    expect(segment.byteLengthOf(names)).toBe(4 * (4 + 4 + 4 + 2 + 4));
    const into = new Uint8Array(segment.byteLengthOf(names) + 8);
    const some = await segment.readColumns(0, names, into);
    expect(Object.keys(some)).toEqual(["size", ...names]);
    for (const name of names) {
      expect(some[name]).toEqual(columns[name]);
      expect(some[name].buffer).toBe(into.buffer);
    }
    const runs = [
      ["step", "step"],
      ["domain", "targets"],
      ["base", "base"],
    ] as const;
    const start = schemaMessage.byteLength;
    const placeOf = (name: ColumnName) => columnRange(4, columnNames.indexOf(name));
    expect(reads.map((read) => [read.start, read.end])).toEqual(
      runs.map(([first, last]) => [start + placeOf(first).start, start + placeOf(last).end]),
    );
    await segment.close();
  });

  it("names file and place of any altered byte, read in batches, by steps or by columns", async () => {
    const bytes = log.contents.get(path)!;
    const wrong: string[] = [];
    const inBatches = async (): Promise<string> => {
      const segment = await open();
      for (let batch = 0; batch < 2; batch++) {
        const { damage } = await segment.readBatch(batch);
        if (damage !== null) throw segment.error(damage);
      }
      return "nothing was found";
    };
    const byColumns = async (): Promise<string> => {
      const segment = await open();
      for (let batch = 0; batch < 2; batch++) await segment.readColumns(batch, columnNames);
      return "nothing was found";
    };
    for (let at = 0; at < bytes.length; at++) {
      const { words, offset, column } = verdictOn(at, bytes.length);
      const isMessage = column === null && words.startsWith("the message");
      bytes[at]! ^= 1 << (at & 7);
      const said = `LedgerError: ${words} (${path}, offset ${offset})`;
      const found = [
        withoutNumbers(await rejection(inBatches())),
        // A step whose own rows are altered is named, too.
        withoutNumbers(await rejection(steps())).replace(/, step \d\)$/, ")"),
        isMessage ? said : withoutNumbers(await rejection(byColumns())),
      ];
      for (const message of found) if (message !== said) wrong.push(`byte ${at}: ${message}, not ${said}`);
      if (isMessage && (await rejection(byColumns())) !== "nothing was thrown") wrong.push(`byte ${at}`);
      bytes[at]! ^= 1 << (at & 7);
    }
    expect(wrong).toEqual([]);
    expect(await rejection(steps())).toBe("nothing was thrown");
    console.log(`sealed segment altered at each of ${bytes.length} bytes`);
  });

  it("names the steps of a batch, and no step that only touches it", async () => {
    log = layLog([{ segments: [[4, 1, 3, 2]] }]);
    await log.seal(1, 4);
    const bytes = log.contents.get(path)!;
    const said: string[] = [];
    for (const batch of [0, 1, 2]) {
      const at =
        schemaMessage.byteLength + batch * batchByteLength(4) + columnRange(4 - 2 * (batch >> 1), 0).start;
      bytes[at]! ^= 1;
      said.push((await rejection((await open()).readColumns(batch, ["step"]))).replace(/ must .*/, ""));
      bytes[at]! ^= 1;
    }
    expect(said).toEqual([
      "LedgerError: the step of step 1",
      "LedgerError: the step of steps 2 … 3",
      "LedgerError: the step of step 4",
    ]);
  });

  it("is refused at any other length, and closed again", async () => {
    const whole = log.contents.get(path)!;
    const { files, open: stillOpen } = watchReads(log.files);
    for (let end = 0; end <= whole.length + 8; end++) {
      if (end === whole.length) continue;
      const bytes = new Uint8Array(end);
      bytes.set(whole.subarray(0, end));
      log.contents.set(path, bytes);
      expect(await rejection(open(files))).toBe(
        `LedgerError: sealed segment 1 must end at ${whole.length}, got a file that ends at ${end} (${path}, offset ${Math.min(end, whole.length)})`,
      );
    }
    expect(stillOpen).toEqual([]);
  });

  it("says of damage what can be done, and which step it hit", async () => {
    const segment = await open();
    const thrown = segment.error({ problem: "the loss must be right", offset: 12 }, 3);
    expect(thrown).toMatchObject({
      message: `the loss must be right (${path}, offset 12, step 3)`,
      hint: "nothing was cut; restore this file from a copy, or resume from a checkpoint before these steps",
    });
  });
});
