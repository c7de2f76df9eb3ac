import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createFiles } from "../../../src/files.ts";
import { GroupCommit } from "../../../src/ledger/log/group-commit.ts";
import { History } from "../../../src/ledger/journal/history.ts";
import { journalPath } from "../../../src/ledger/journal/journal.ts";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import { openLedgerReader } from "../../../src/ledger/reader.ts";
import { segmentPath } from "../../../src/ledger/log/segment-files.ts";
import { readSteps } from "../../../src/ledger/log/segments.ts";
import { Upkeep } from "../../../src/ledger/log/upkeep.ts";
import { type DiskFailure, type FailingDisk, createFailingDisk } from "../../support/failing-disk.ts";
import { journalLines } from "../../support/forged-ledger.ts";
import {
  closeLeftOpen,
  collect,
  createLeftFiles,
  deadProcess,
  drawsOf,
  lossesOf,
  openSmall,
  options,
  quickFiles,
  rejection,
  takeStep,
  temporaryFolder,
  unsynced,
} from "../../support/ledger-on-disk.ts";
import { stepBatchOf } from "../../support/log-in-memory.ts";

let folder: string;
let remove: () => void;
beforeEach(() => ({ folder, remove } = temporaryFolder()));
afterEach(async () => {
  await closeLeftOpen();
  remove();
});

/** A log of a segment a step, whose upkeep is told by hand what to do. */
const open = async (failure: DiskFailure = { at: Infinity }) => {
  const disk = createFailingDisk(failure, unsynced);
  const files = createFiles(disk);
  const path = journalPath(folder);
  const history = new History(path);
  const line = { kind: "branch", branch: 0, parent: null, step: 0, formatVersion: 1, emaAlpha: 0.3 } as const;
  history.add({ line, crc: 0, offset: 0 });
  const journal = await files.openDurable(path);
  const closed: number[] = [];
  const log = { files, folder, history };
  const commits = new GroupCommit({
    ...log,
    journal,
    previous: 0,
    segment: 1,
    maxUncommittedSteps: 64,
    segmentBytes: 1,
    onClosed: (segment) => closed.push(segment),
  });
  const upkeep = new Upkeep({ ...log, commits, batchRows: 4 });
  const commit = (step: number): void => commits.commit(stepBatchOf(0, step, 5).bytes, 5, {});
  /** What was done to the disk since the last call, by file. */
  const seen = (): string[] =>
    disk.operations
      .slice(looked, (looked = disk.operations.length))
      .filter(({ operation }) => !["openFile", "close", "makeFolder"].includes(operation))
      .map(
        ({ operation, path }) =>
          `${operation} ${/journal|(?:segment|sealed)-\d+/.exec(path)?.[0] ?? "folder"}`,
      );
  let looked = 0;
  const read = (first: number, last: number) =>
    collect(readSteps(quickFiles, folder, history, { branch: 0, first, last }));
  return { commits, upkeep, history, closed, commit, seen, read };
};
const segments = (): string[] => readdirSync(folder).filter((name) => /^(segment|sealed)/.test(name));
const kinds = (): string[] =>
  readFileSync(journalPath(folder), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
    .map(({ kind, step, segment }) => `${kind} ${step ?? segment}`);

describe("upkeep of the log", () => {
  it("seals a segment, makes its line durable, and only then removes the raw file", async () => {
    const { commits, upkeep, commit, closed, seen, read } = await open();
    for (const step of [1, 2]) commit(step);
    await commits.durable(2);
    expect(closed).toEqual([1]);
    seen();
    upkeep.seal(1);
    await upkeep.settled();
    const sealing = seen();
    expect(sealing.slice(-5)).toEqual([
      "sync sealed-000001",
      "rename sealed-000001",
      "syncFolder folder",
      "write journal",
      "remove segment-000001",
    ]);
    expect(new Set(sealing.slice(0, -5))).toEqual(new Set(["write sealed-000001"]));
    expect(segments()).toEqual(["sealed-000001.arrows", "segment-000002.arrows"]);
    expect(kinds()).toEqual(["step 1", "step 2", "seal 1"]);
    expect(await read(1, 2)).toEqual([1, 2].map((step) => stepBatchOf(0, step, 5).columns));
  });

  it("does one job after the other, in the order they came, beside the steps", async () => {
    const { commits, upkeep, commit, seen } = await open();
    for (const step of [1, 2, 3]) commit(step);
    await commits.durable(3);
    seen();
    upkeep.seal(2);
    upkeep.seal(1);
    upkeep.drop(2);
    commit(4);
    await commits.durable(4);
    await upkeep.settled();
    const done = seen().filter((operation) => /remove|rename/.test(operation));
    expect(done).toEqual([
      "rename sealed-000002",
      "remove segment-000002",
      "rename sealed-000001",
      "remove segment-000001",
      "remove sealed-000001",
      "remove sealed-000002",
    ]);
    expect(kinds().filter((line) => line !== "step 4")).toEqual([
      "step 1",
      "step 2",
      "step 3",
      "seal 2",
      "seal 1",
      "drop 1",
      "drop 2",
    ]);
  });

  it("drops sealed segments without a step after a limit, each once, its line first", async () => {
    const { commits, upkeep, commit, seen, history } = await open();
    for (const step of [1, 2, 3, 4]) commit(step);
    await commits.close();
    for (const segment of [1, 2, 4]) upkeep.seal(segment);
    await upkeep.settled();
    seen();
    upkeep.drop(0);
    await upkeep.settled();
    expect(seen()).toEqual([]);
    upkeep.drop(3);
    upkeep.drop(3);
    await upkeep.settled();
    expect(seen()).toEqual([
      "write journal",
      "remove sealed-000001",
      "write journal",
      "remove sealed-000002",
    ]);
    expect(segments()).toEqual(["sealed-000004.arrows", "segment-000003.arrows"]);
    expect([...history.segments.values()].map(({ dropped }) => dropped)).toEqual([true, true, false, false]);
  });

  it("leaves an altered segment raw, goes on, and says so in the end", async () => {
    const { commits, upkeep, commit, read } = await open();
    for (const step of [1, 2, 3]) commit(step);
    await commits.durable(3);
    const path = segmentPath(folder, 1);
    const bytes = readFileSync(path);
    bytes[bytes.length - 3]! ^= 1;
    writeFileSync(path, bytes);
    upkeep.seal(1);
    upkeep.seal(2);
    const message =
      /^LedgerError: the rows of step 1 must have the checksum .*segment-000001\.arrows, offset 0\)$/;
    expect(await rejection(upkeep.settled())).toMatch(message);
    expect(commits.hasFailed).toBe(false);
    commit(4);
    await commits.durable(4);
    expect(kinds()).toEqual(["step 1", "step 2", "step 3", "seal 2", "step 4"]);
    expect(segments()).toContain("segment-000001.arrows");
    expect((await read(2, 4)).map(({ step }) => step[0])).toEqual([2, 3, 4]);
    upkeep.seal(3);
    expect(await rejection(upkeep.settled())).toMatch(message);
    expect(kinds().at(-1)).toBe("seal 3");
  });

  it("stops the writer where the disk refuses, and touches nothing more", async () => {
    const { commits, upkeep, commit, seen } = await open({ at: 1, of: ["rename"] });
    for (const step of [1, 2]) commit(step);
    await commits.durable(2);
    upkeep.seal(1);
    upkeep.seal(2);
    await upkeep.settled();
    expect(commits.hasFailed).toBe(true);
    expect(() => commits.check()).toThrow(/^cannot rename sealed-000001\.arrows \(.*, rename, ENOSPC\)$/);
    seen();
    upkeep.seal(2);
    upkeep.drop(9);
    await upkeep.settled();
    expect(seen()).toEqual([]);
    expect(kinds()).toEqual(["step 1", "step 2"]);
  });
});

/** A run of 4 steps, each a segment of its own: sealed at once, one step kept; a checkpoint, the only one, every 2 steps. */
const last = 4;
const setup = (path: string, files = quickFiles): Promise<Ledger> =>
  openSmall(path, {
    files,
    identity: deadProcess(),
    options: { ...options, maxUncommittedSteps: 1, retainSteps: 1 },
    cut: { segmentBytes: 1, batchRows: 2 },
    ...newestCheckpoint(path),
  });
const checkpoints = (path: string): string[] =>
  readdirSync(path).filter((name) => /^checkpoint-\d+$/.test(name));
const newestCheckpoint = (path: string) => {
  const name = checkpoints(path).toSorted().at(-1);
  if (name === undefined) return {};
  const position = JSON.parse(readFileSync(join(path, name, "position.json"), "utf8"));
  return { resume: { position, pages: join(path, name) } };
};
const run = async (ledger: Ledger, path: string, files = quickFiles): Promise<void> => {
  try {
    for (let step = ledger.step + 1; step <= last; step++) {
      await takeStep(ledger, step);
      await ledger.flush();
      if (step % 2 !== 0) continue;
      await files.publishFolder(join(path, `checkpoint-${step}`), async (inside) => {
        await ledger.savePages(inside, step);
        await files.write(join(inside, "position.json"), JSON.stringify(ledger.position()));
      });
      for (const name of checkpoints(path).filter((each) => each !== `checkpoint-${step}`))
        await files.remove(join(path, name));
      ledger.dropOld(step);
    }
  } finally {
    await ledger.close();
  }
};

/** Lets the run go until its disk stops. */
const stopAt = async (path: string, disk: FailingDisk, at: number): Promise<void> => {
  const over = new AbortController();
  void setup(path, createLeftFiles(disk))
    .then((ledger) => run(ledger, path, createFiles(disk)))
    .finally(() => over.abort());
  while (!over.signal.aborted && disk.operations.length < at) await nextTurn();
  // What was under way beside the stopped operation may still end.
  for (let turn = 0; turn < 20; turn++) await nextTurn();
};

/** Steps that were dropped before a step, and that all others are there as they were written. */
const checkLog = async (path: string): Promise<{ firstStep: number; lastStep: number }> => {
  const reader = await openLedgerReader(quickFiles, path);
  const { firstStep, lastStep } = reader;
  const kept = await collect(reader.observations(firstStep));
  expect(kept.map(({ step }) => step[0])).toEqual(
    Array.from({ length: lastStep - firstStep + 1 }, (_, at) => firstStep + at),
  );
  for (const rows of kept) {
    expect(rows.row).toEqual(drawsOf(rows.step[0]!).row);
    expect(rows.loss).toEqual(lossesOf(rows.step[0]!));
  }
  if (firstStep > 1)
    expect(await rejection(collect(reader.observations(firstStep - 1)))).toMatch(
      new RegExp(`^LedgerError: steps ${firstStep - 1} … ${firstStep - 1} were dropped from the log`),
    );
  return { firstStep, lastStep };
};

const uninterrupted = temporaryFolder();
const counting = createFailingDisk({ at: Infinity }, unsynced);
await run(
  await setup(uninterrupted.folder, createFiles(counting)),
  uninterrupted.folder,
  createFiles(counting),
);
const names = readdirSync(uninterrupted.folder);
const lines = journalLines(uninterrupted.folder);
uninterrupted.remove();
/** Operations on the log once it has a line: opening a ledger and writing checkpoints have tests of their own. */
const first = counting.operations.findIndex(
  ({ operation, path }) => operation === "write" && path.endsWith("journal.jsonl"),
);
const places = counting.operations.flatMap(({ operation, path }, at) =>
  at > first && /(segment|sealed)-|journal/.test(basename(path)) && operation !== "close" ? [at + 1] : [],
);

describe(`a run that seals and drops, stopped at each of ${places.length} operations on its log`, () => {
  it("keeps, left alone, what it says and no more", () => {
    expect(lines.filter(({ kind }) => kind === "seal")).toHaveLength(last);
    expect(lines.flatMap((line) => (line.kind === "drop" ? [line.segment] : []))).toEqual([1, 2]);
    expect(names).toEqual([
      "checkpoint-4",
      "journal.jsonl",
      "lock.past",
      "sealed-000003.arrows",
      "sealed-000004.arrows",
    ]);
  });

  it("loses nothing: every step that it did not give up is there, and the run ends as if nothing had been", async () => {
    for (const at of places) {
      const path = join(folder, `${at}`);
      mkdirSync(path);
      const disk = createFailingDisk({ at, lasts: "stop", tornShare: at % 3 === 0 ? 0 : 0.5 }, unsynced);
      await stopAt(path, disk, at);
      const { lastStep } = await checkLog(path);
      const ledger = await setup(path);
      expect(ledger.recovery.lastGoodStep).toBe(lastStep);
      expect(ledger.rebuilt).toBeNull();
      await run(ledger, path);
      const ended = await checkLog(path);
      expect(ended.lastStep).toBe(last);
      expect(ended.firstStep).toBeLessThanOrEqual(3);
      const left = readdirSync(path).filter((name) => /^(segment-\d+\.arrows$|sealed-.*partial)/.test(name));
      expect(left).toEqual([]);
    }
  });
});
