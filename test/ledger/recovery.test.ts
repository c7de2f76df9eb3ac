import { readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import type { LedgerPosition } from "../../src/ledger/ledger.ts";
import { recover } from "../../src/ledger/recovery.ts";
import { openLedgerReader } from "../../src/ledger/reader.ts";
import { createFilesInMemory } from "../support/files-in-memory.ts";
import { collect, openSmall, rejection, takeSteps, temporaryFolder } from "../support/ledger-on-disk.ts";

const journal = "journal.jsonl";
const segment = "segment-000001.arrows";

let template: { folder: string; remove: () => void };
/** Positions after each step of the template; index = step. */
const positions: LedgerPosition[] = [];
let journalBytes: Buffer;
let segmentBytes: Buffer;
/** Where each journal line starts: the branch line, then a line a step. */
let lineStarts: number[];
/** Where the rows of each step end in the segment. */
let stepEnds: number[];

beforeAll(async () => {
  template = temporaryFolder();
  const ledger = await openSmall(template.folder, { cut: { sealed: false } });
  positions.push(ledger.position());
  for (let step = 1; step <= 3; step++) {
    await takeSteps(ledger, step, step, { rows: 1 });
    positions.push(ledger.position());
  }
  await ledger.close();
  journalBytes = readFileSync(join(template.folder, journal));
  segmentBytes = readFileSync(join(template.folder, segment));
  const lines = journalBytes.toString().trimEnd().split("\n");
  lineStarts = lines.map((_, at) => lines.slice(0, at).join("\n").length + (at > 0 ? 1 : 0));
  stepEnds = lines.slice(1).map((line) => JSON.parse(line).end);
});
afterAll(() => template.remove());

/** Damaged copies of the template lie in memory: there are thousands. */
const folder = "/ledger";
const contents = new Map<string, Uint8Array>();
const files = createFilesInMemory(contents);
beforeEach(() => contents.clear());

/** The template with other bytes in its files, and nothing else. */
const lay = (bytes: { journal?: Uint8Array; segment?: Uint8Array } = {}): void => {
  contents.clear();
  contents.set(join(folder, journal), bytes.journal ?? journalBytes);
  contents.set(join(folder, segment), bytes.segment ?? segmentBytes);
};
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const read = (name: string): string => hex(contents.get(join(folder, name)) ?? contents.get(name)!);
const origin = { corpus: null, reference: null };
const open = (position: LedgerPosition | null) => recover({ files, folder, emaAlpha: 0.3, position, origin });
/** Names and checksums of all files: comparing bytes one by one takes a hundred times as long. */
const summary = (): string =>
  [...contents].map(([path, bytes]) => `${path} ${bytes.length} ${crc32(bytes)}`).join("\n");
const unchanged = async <T>(act: () => Promise<T>): Promise<T> => {
  const before = summary();
  const result = await act();
  expect(summary()).toBe(before);
  return result;
};
/** Last step that a reader sees, or why it sees none; it never changes anything. */
const lastSeen = (): Promise<number | string> =>
  unchanged(() =>
    openLedgerReader(files, folder).then(
      async (reader) => {
        expect(await collect(reader.steps())).toHaveLength(reader.lastStep);
        return reader.lastStep;
      },
      (error: Error) => error.message,
    ),
  );

describe("the journal's tail, cut at every byte", () => {
  it("loses the torn line only: it is set aside, and the rows it spoke for with it", async () => {
    let counted = 0;
    const ends = [...lineStarts.slice(1), journalBytes.length];
    for (let end = 0; end <= journalBytes.length; end++) {
      lay({ journal: journalBytes.subarray(0, end) });
      const lines = ends.filter((lineEnd) => lineEnd <= end).length;
      const good = Math.max(0, lines - 1);
      const torn = end - (lines === 0 ? 0 : ends[lines - 1]!);
      expect(await lastSeen()).toBe(
        lines === 0 ? `there is no ledger here (${join(folder, journal)})` : good,
      );
      const { recovery, history } = await open(good === 0 ? null : positions[good]!);
      expect(recovery.lastGoodStep).toBe(good);
      const aside = recovery.setAside.map(read);
      const tornRows = segmentBytes.subarray(good === 0 ? 0 : stepEnds[good - 1]);
      expect(aside).toEqual([
        ...(torn > 0 ? [hex(journalBytes.subarray(end - torn, end))] : []),
        ...(tornRows.length > 0 ? [hex(tornRows)] : []),
      ]);
      expect(history.lastStep(history.branch)).toBe(good);
      expect(await lastSeen()).toBe(good);
      counted++;
    }
    expect(counted).toBe(journalBytes.length + 1);
    console.log(`journal cut at each of ${counted} places`);
  });

  it("is `ledger behind its checkpoint` when the checkpoint is of a lost step, and nothing is cut", async () => {
    for (let end = 0; end < journalBytes.length; end++) {
      lay({ journal: journalBytes.subarray(0, end) });
      const good = Math.max(
        0,
        [...lineStarts.slice(1), journalBytes.length].filter((e) => e <= end).length - 1,
      );
      expect(await unchanged(() => rejection(open(positions[3]!)))).toContain(
        `LedgerError: ledger behind its checkpoint: the journal ends at step ${good}, the checkpoint is of step 3 (`,
      );
    }
  });
});

describe("the log's tail, cut at every byte", () => {
  it("is damage under a good line: refused with file and offset, nothing cut", async () => {
    for (let end = 0; end < segmentBytes.length; end++) {
      lay({ segment: segmentBytes.subarray(0, end) });
      expect(await unchanged(() => rejection(open(positions[3]!)))).toBe(
        `LedgerError: the length of ${segment} must be at least ${segmentBytes.length}, got ${end} (${join(folder, segment)}, offset ${end})`,
      );
    }
    console.log(`log cut at each of ${segmentBytes.length} places`);
  });

  it("behind the last good line is set aside, at every length", async () => {
    for (let more = 1; more < 40; more++) {
      const tail = Buffer.alloc(more, more);
      lay({ segment: Buffer.concat([segmentBytes, tail]) });
      const { recovery } = await open(positions[3]!);
      expect(recovery.setAside).toEqual([join(folder, `${segment}.torn-at-${segmentBytes.length}`)]);
      expect(read(recovery.setAside[0]!)).toBe(hex(tail));
      expect(read(segment)).toBe(hex(segmentBytes));
    }
  });
});

describe("any byte of the journal altered", () => {
  it.each([
    ["by one bit", (byte: number) => byte ^ 1],
    ["by its highest bit", (byte: number) => byte ^ 128],
    ["to nothing", () => 0],
    ["to a line's end", () => 10],
  ])(
    "%s: torn if no good line follows, else damage with its offset; nothing silently cut",
    async (_, alter) => {
      const counts = { torn: 0, damage: 0 };
      for (let at = 0; at < journalBytes.length; at++) {
        const altered = Buffer.from(journalBytes);
        altered[at] = alter(altered[at]!);
        if (altered[at] === journalBytes[at]) continue;
        lay({ journal: altered });
        const line = lineStarts.findLastIndex((start) => start <= at);
        const isEndOfLine = journalBytes[at] === 10;
        // A lost line's end joins the line with the next one.
        const lastBad = isEndOfLine ? Math.min(line + 1, lineStarts.length - 1) : line;
        if (lastBad === lineStarts.length - 1) {
          counts.torn++;
          const good = line - 1;
          expect(await lastSeen()).toBe(good);
          const { recovery } = await open(good === 0 ? null : positions[good]!);
          expect(read(recovery.setAside[0]!)).toBe(hex(altered.subarray(lineStarts[line])));
        } else {
          counts.damage++;
          const message = `the journal is damaged before a good line (${join(folder, journal)}, offset ${lineStarts[line]})`;
          expect(await lastSeen()).toBe(message);
          expect(await unchanged(() => rejection(open(null)))).toBe(`LedgerError: ${message}`);
        }
      }
      console.log(`journal altered: ${counts.torn} bytes torn, ${counts.damage} damage`);
      expect(counts.torn).toBeGreaterThan(100);
      expect(counts.damage).toBeGreaterThan(300);
    },
  );
});

describe("recovery", () => {
  it("opens a journal that is not there yet", async () => {
    const { recovery, history, segment: number } = await open(null);
    expect(recovery).toEqual({ lastGoodStep: 0, resumedStep: 0, setAside: [], abandoned: null });
    expect([history.branch, number]).toEqual([0, 1]);
    expect(Buffer.from(read(journal), "hex").toString()).toMatch(
      /^\{"kind":"branch","formatVersion":1,"emaAlpha":0.3,/,
    );
  });

  it("goes on where the newest branch ends, in a new segment", async () => {
    lay();
    const { recovery, history, segment: number } = await open(positions[3]!);
    expect(recovery).toEqual({ lastGoodStep: 3, resumedStep: 3, setAside: [], abandoned: null });
    expect([history.branch, number]).toEqual([0, 2]);
    expect(read(journal)).toBe(hex(journalBytes));
  });

  it("goes back by opening a branch; the steps behind stay readable", async () => {
    lay();
    const { recovery, history } = await open(positions[1]!);
    expect(recovery).toEqual({
      lastGoodStep: 3,
      resumedStep: 1,
      setAside: [],
      abandoned: { branch: 0, step: 3 },
    });
    expect([history.branch, history.lastStep(1)]).toEqual([1, 1]);
    const live = await openLedgerReader(files, folder);
    expect([live.branch, live.lastStep]).toEqual([1, 1]);
    const old = await openLedgerReader(files, folder, 0);
    expect((await collect(old.observations())).map(({ step }) => step[0])).toEqual([1, 2, 3]);
  });

  it("goes on with a branch that has no steps yet, and back to the start of the run", async () => {
    lay();
    await open(positions[1]!);
    expect((await open(positions[1]!)).history.branch).toBe(1);
    expect((await open(null)).recovery.abandoned).toEqual({ branch: 1, step: 1 });
    expect((await open(null)).recovery.abandoned).toBeNull();
  });

  it("goes back to a step of an abandoned branch", async () => {
    lay();
    await open(positions[1]!);
    const { history } = await open(positions[3]!);
    expect([history.branch, history.lastStep(2), history.writerOf(2, 3)]).toEqual([2, 3, 0]);
  });

  it("sets a segment aside that no line names, and never uses its number again", async () => {
    lay();
    contents.set(join(folder, "segment-000007.arrows"), segmentBytes);
    const { recovery, segment: number } = await open(positions[3]!);
    expect(recovery.setAside).toEqual([join(folder, "segment-000007.arrows.torn-at-0")]);
    expect(number).toBe(8);
    contents.set(join(folder, "segment-000007.arrows"), segmentBytes);
    expect((await open(positions[3]!)).recovery.setAside).toEqual([
      join(folder, "segment-000007.arrows.torn-at-0-2"),
    ]);
  });

  it("refuses another run's ledger", async () => {
    lay();
    const foreign = { ...positions[2]!, crc: 1 };
    expect(await rejection(open(foreign))).toBe(
      `LedgerError: the ledger must be the one that its checkpoint was written with, got another step 2 (${join(folder, journal)})`,
    );
  });

  it("refuses a checkpoint of a branch that the journal has not, or when there is no journal", async () => {
    lay();
    expect(await rejection(open({ branch: 4, step: 2, crc: 1 }))).toContain("ledger behind its checkpoint");
    contents.delete(join(folder, journal));
    expect(await rejection(open(positions[1]!))).toContain(
      "ledger behind its checkpoint: the journal ends at step 0, the checkpoint is of step 1",
    );
  });

  it("refuses another emaAlpha by its key", async () => {
    lay();
    const changed = recover({ files: files, folder, emaAlpha: 0.5, position: positions[3]!, origin });
    expect(await rejection(changed)).toBe(
      "ConfigError: ledger.emaAlpha must be 0.3 as before, got 0.5 (ledger.emaAlpha)",
    );
  });

  it("leaves the same behind when it is done twice, as after a crash in between", async () => {
    lay({ journal: journalBytes.subarray(0, -10) });
    const first = await open(positions[2]!);
    const again = await open(positions[2]!);
    expect(again.recovery).toEqual({ lastGoodStep: 2, resumedStep: 2, setAside: [], abandoned: null });
    expect(first.recovery.setAside).toHaveLength(2);
    expect(read(journal)).toBe(hex(journalBytes.subarray(0, lineStarts[3])));
  });
});
