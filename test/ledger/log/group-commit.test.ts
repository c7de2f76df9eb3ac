import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { createFiles } from "../../../src/files.ts";
import { GroupCommit, defaultSegmentBytes } from "../../../src/ledger/log/group-commit.ts";
import { History } from "../../../src/ledger/journal/history.ts";
import { journalPath, scanJournal } from "../../../src/ledger/journal/journal.ts";
import { createStepBatch, schemaMessage } from "../../../src/ledger/log/observations.ts";
import { segmentPath } from "../../../src/ledger/log/segment-files.ts";
import { type DiskFailure, createFailingDisk } from "../../support/failing-disk.ts";
import { closeLeftOpen, rejection, temporaryFolder, unsynced } from "../../support/ledger-on-disk.ts";

let folder: string;
let remove: () => void;
beforeEach(() => ({ folder, remove } = temporaryFolder()));
afterEach(async () => {
  vi.useRealTimers();
  await closeLeftOpen();
  remove();
});

const first = { kind: "branch", branch: 0, parent: null, step: 0, formatVersion: 1, emaAlpha: 0.3 } as const;

const open = async (failure: DiskFailure = { at: Infinity }, maxUncommittedSteps = 64) => {
  const closed: number[] = [];
  const disk = createFailingDisk(failure, unsynced);
  const files = createFiles(disk);
  const history = new History(journalPath(folder));
  history.add({ line: first, crc: 0, offset: 0 });
  const journal = await files.openDurable(journalPath(folder));
  const setup = { files, folder, journal, history, previous: 0, segment: 1, maxUncommittedSteps };
  const cut = { segmentBytes: defaultSegmentBytes, onClosed: (segment: number) => closed.push(segment) };
  const commits = new GroupCommit({ ...setup, ...cut });
  /** What was written or opened, by file. */
  const seen = (): string[] =>
    disk.operations
      .filter(({ operation }) => operation !== "close")
      .map(({ operation, path }) => `${operation} ${/journal|segment-\d+/.exec(path)?.[0] ?? "folder"}`)
      .slice(1);
  return { commits, history, journal, seen, files, closed };
};
const batch = (rows = 2): Uint8Array => createStepBatch(rows).bytes;

describe("group commit", () => {
  it("writes rows, then their line; names the segment durably before", async () => {
    const { commits, seen } = await open();
    commits.commit(batch(), 2, {});
    await commits.durable(1);
    const opening = ["openFile segment-000001", "syncFolder folder"];
    expect(seen()).toEqual([...opening, "write segment-000001", "write journal"]);
    expect(commits.durableStep).toBe(1);
  });

  it("takes all that waits together", async () => {
    const { commits, seen } = await open();
    for (let step = 1; step <= 5; step++) commits.commit(batch(), 2, {});
    expect(commits.durableStep).toBe(0);
    await commits.durable(2);
    expect(commits.durableStep).toBe(5);
    expect(seen().filter((operation) => operation.startsWith("write"))).toHaveLength(2);
    await commits.durable(5);
    expect(seen().filter((operation) => operation.startsWith("write"))).toHaveLength(2);
  });

  it("is writing the next rows when it tells of a step: the disk is not to wait for who goes on", async () => {
    const { commits, seen } = await open({ at: Infinity }, 1);
    commits.commit(batch(), 2, {});
    const first = commits.durable(1).then(() => seen().filter((operation) => operation.startsWith("write")));
    commits.commit(batch(), 2, {});
    commits.commit(batch(), 2, {});
    expect(await first).toEqual(["write segment-000001", "write journal", "write segment-000001"]);
    await commits.durable(3);
    expect(seen().filter((operation) => operation.startsWith("write"))).toHaveLength(4);
  });

  it("starts by itself at half of what may wait, or after a second", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { commits, seen } = await open({ at: Infinity }, 6);
    commits.commit(batch(), 2, {});
    commits.commit(batch(), 2, {});
    expect(seen()).toEqual([]);
    commits.commit(batch(), 2, {});
    await vi.waitFor(() => expect(commits.durableStep).toBe(3));
    commits.commit(batch(), 2, {});
    vi.advanceTimersByTime(999);
    expect(seen().length).toBe(4);
    vi.advanceTimersByTime(1);
    await vi.waitFor(() => expect(commits.durableStep).toBe(4));
  });

  it("lines speak for their bytes, chained, one behind the other", async () => {
    const { commits, files, history } = await open();
    for (let step = 1; step <= 3; step++) commits.commit(batch(step), step, { step });
    await commits.close();
    const bytes = readFileSync(segmentPath(folder, 1));
    expect(Buffer.compare(bytes.subarray(0, schemaMessage.length), schemaMessage)).toBe(0);
    const steps: number[] = [];
    await scanJournal(files, journalPath(folder), (entries) => {
      for (const { line } of entries) if (line.kind === "step") steps.push(line.step);
    });
    expect(steps).toEqual([1, 2, 3]);
    for (const step of steps) {
      const { start, end, data } = history.place(0, step);
      expect(crc32(bytes.subarray(start, end))).toBe(data);
    }
    expect(history.place(0, 3).end).toBe(bytes.length);
  });

  it("begins another segment after 64 MiB, with its schema", async () => {
    const { commits, history } = await open();
    const large = batch(450_000);
    for (let step = 1; step <= 6; step++) commits.commit(large, 450_000, {});
    await commits.close();
    expect([1, 2, 3, 4, 5, 6].map((step) => history.place(0, step).segment)).toEqual([1, 1, 1, 1, 1, 2]);
    expect(readFileSync(segmentPath(folder, 2)).length).toBe(schemaMessage.length + large.length);
  });

  it.each([
    ["openFile", "open", "segment-000001.arrows"],
    ["write", "write", "segment-000001.arrows"],
  ] as const)(
    "stops for good when %s fails, and never touches the disk again",
    async (of, operation, name) => {
      const { commits, seen } = await open({ at: of === "openFile" ? 2 : 1, of: [of], errno: "EIO" });
      commits.commit(batch(), 2, {});
      const message = `StorageError: cannot ${operation} ${name} (${segmentPath(folder, 1)}, ${operation}, EIO)`;
      expect(await rejection(commits.durable(1))).toBe(message);
      const before = seen().length;
      expect(() => commits.check()).toThrow("EIO");
      expect(await rejection(commits.durable(1))).toBe(message);
      await commits.close();
      expect(seen().length).toBe(before);
      expect(commits.durableStep).toBe(0);
    },
  );

  it("tells everyone who waits when the journal cannot be written", async () => {
    const { commits } = await open({ at: 2, of: ["write"], errno: "ENOSPC" });
    commits.commit(batch(), 2, {});
    const waiting = [rejection(commits.durable(1)), rejection(commits.durable(2))];
    for (const message of await Promise.all(waiting))
      expect(message).toBe(
        `StorageError: cannot write journal.jsonl (${journalPath(folder)}, write, ENOSPC)`,
      );
  });
});
