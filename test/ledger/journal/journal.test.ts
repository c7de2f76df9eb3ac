import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Files } from "../../../src/files.ts";
import {
  type JournalEntry,
  journalPath,
  readJournal,
  scanJournal,
} from "../../../src/ledger/journal/journal.ts";
import { type MixtureLine, encodeLine } from "../../../src/ledger/journal/journal-line.ts";
import { collect, quickFiles, rejection, temporaryFolder } from "../../support/ledger-on-disk.ts";

let folder: string;
let remove: () => void;
beforeEach(() => ({ folder, remove } = temporaryFolder()));
afterEach(() => remove());

const mixture = (step: number, more = ""): MixtureLine => ({
  kind: "mixture",
  step,
  weights: { [`a${more}`]: 1 },
});

/** A journal of lines and where each starts. */
const chain = (lines: readonly MixtureLine[]): { bytes: Buffer; offsets: number[]; last: number } => {
  const parts: Buffer[] = [];
  const offsets: number[] = [];
  let last = 0;
  for (const line of lines) {
    offsets.push(parts.reduce((sum, part) => sum + part.length, 0));
    const { bytes, crc } = encodeLine(line, last);
    parts.push(bytes);
    last = crc;
  }
  return { bytes: Buffer.concat(parts), offsets, last };
};

const scan = async (bytes: Uint8Array) => {
  writeFileSync(journalPath(folder), bytes);
  const entries: JournalEntry[] = [];
  const end = await scanJournal(quickFiles, journalPath(folder), (some) => entries.push(...some));
  return { ...end, steps: entries.map(({ line }) => ("step" in line ? line.step : null)), entries };
};

describe("scanning a journal", () => {
  it("finds nothing where there is no file, or an empty one", async () => {
    const nothing = { end: 0, crc: 0, tornBytes: 0 };
    expect(await scanJournal(quickFiles, join(folder, "none"), () => {})).toEqual(nothing);
    expect(await scan(new Uint8Array())).toMatchObject(nothing);
  });

  it("gives every line with its place, also across chunks", async () => {
    const long = "x".repeat(700_000);
    const { bytes, offsets, last } = chain([mixture(1), mixture(2, long), mixture(3, long), mixture(4)]);
    const { steps, end, crc, tornBytes, entries } = await scan(bytes);
    expect(steps).toEqual([1, 2, 3, 4]);
    expect({ end, crc, tornBytes }).toEqual({ end: bytes.length, crc: last, tornBytes: 0 });
    expect(entries.map(({ offset }) => offset)).toEqual(offsets);
    const again = await collect(readJournal(quickFiles, journalPath(folder), entries[2]!.end));
    expect(again).toEqual(entries.slice(0, 3));
  });

  it("takes a bad end for torn, however many bad lines it has", async () => {
    const { bytes, offsets } = chain([mixture(1), mixture(2), mixture(3)]);
    const torn = Buffer.concat([bytes.subarray(0, offsets[2]! + 20), Buffer.from("\nrubbish\n\nmore")]);
    const { steps, end, tornBytes } = await scan(torn);
    expect({ steps, end, tornBytes }).toEqual({
      steps: [1, 2],
      end: offsets[2],
      tornBytes: torn.length - offsets[2]!,
    });
  });

  it("takes a last line without its newline for torn", async () => {
    const { bytes, offsets } = chain([mixture(1), mixture(2)]);
    expect(await scan(bytes.subarray(0, -1))).toMatchObject({ steps: [1], end: offsets[1] });
  });

  it("names file and offset of a bad line before a good one, and cuts nothing", async () => {
    const { bytes, offsets } = chain([mixture(1), mixture(2), mixture(3)]);
    bytes[offsets[1]! + 5]! ^= 1;
    const path = journalPath(folder);
    expect(await rejection(scan(bytes))).toBe(
      `LedgerError: the journal is damaged before a good line (${path}, offset ${offsets[1]!})`,
    );
    expect(readFileSync(path)).toEqual(bytes);
  });

  it("refuses a good line that does not follow the one before it: one was taken out", async () => {
    const { bytes, offsets } = chain([mixture(1), mixture(2), mixture(3)]);
    const without = Buffer.concat([bytes.subarray(0, offsets[1]), bytes.subarray(offsets[2])]);
    expect(await rejection(scan(without))).toBe(
      `LedgerError: a journal line does not follow the one before it (${journalPath(folder)}, offset ${offsets[1]!})`,
    );
  });
});

describe("scanning a journal that a writer recovers", () => {
  it("sees a torn end, or the lines that took its place, but never half of each", async () => {
    const long = "x".repeat(600_000);
    const good = chain([mixture(1, long)]);
    const torn = encodeLine(mixture(2, `${long}${long}`), good.last).bytes.subarray(0, -9);
    const before = Buffer.concat([good.bytes, torn]);
    const after = chain([mixture(1, long), mixture(2, "y".repeat(600_000)), mixture(3), mixture(4)]);
    expect(Math.min(before.length, after.bytes.length)).toBeGreaterThan(2 ** 20);
    let opened = 0;
    const files: Files = {
      ...quickFiles,
      async openRead(path) {
        const file = await quickFiles.openRead(path);
        opened++;
        if (opened > 1) return file;
        return {
          ...file,
          async read(start, end) {
            const bytes = await file.read(start, end);
            if (start === 0) writeFileSync(path, after.bytes); // the writer is faster than our next read
            return bytes;
          },
        };
      },
    };
    writeFileSync(journalPath(folder), before);
    const steps: number[] = [];
    const end = await scanJournal(files, journalPath(folder), (entries) => {
      for (const { line } of entries) if (line.kind === "mixture") steps.push(line.step);
    });
    expect(steps).toEqual([1, 2, 3, 4]);
    expect(end).toEqual({ end: after.bytes.length, crc: after.last, tornBytes: 0 });
    expect(opened).toBe(2);
  });
});

describe("reading a journal again", () => {
  it("refuses a line that has changed since", async () => {
    const { bytes, offsets } = chain([mixture(1), mixture(2)]);
    const { end } = await scan(bytes);
    bytes[offsets[1]! + 9]! ^= 2;
    writeFileSync(journalPath(folder), bytes);
    expect(await rejection(collect(readJournal(quickFiles, journalPath(folder), end)))).toBe(
      `LedgerError: a journal line has changed since it was checked (${journalPath(folder)}, offset ${offsets[1]!})`,
    );
  });
});
