import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";

import { StorageError } from "../../../src/errors.ts";
import type { Files } from "../../../src/files.ts";
import {
  type Log,
  type Span,
  closeSegment,
  firstKeptStep,
  openSegment,
  spansOf,
} from "../../../src/ledger/log/log.ts";
import { rejection } from "../../support/ledger-on-disk.ts";
import { type LogInMemory, anyLog, layLog } from "../../support/log-in-memory.ts";
import { watchReads } from "../../support/watched-reads.ts";

describe("the spans of a range", () => {
  it("hold each of its steps once, in order, in the segment where it lies, as few of them as can be", () => {
    fc.assert(
      fc.property(anyLog, fc.nat(), fc.nat(), fc.nat(), (plan, anyBranch, anyFirst, anyLast) => {
        const { history } = layLog(plan);
        const branch = anyBranch % plan.length;
        const lastStep = history.lastStep(branch);
        const first = 1 + (anyFirst % lastStep);
        const last = first + (anyLast % (lastStep - first + 1));
        const spans = [...spansOf(history, { branch, first, last })];
        const steps = spans.flatMap((span) =>
          Array.from({ length: span.last - span.first + 1 }, (_, at) => [span.first + at, span.segment]),
        );
        const wanted = Array.from({ length: last - first + 1 }, (_, at) => [
          first + at,
          history.place(branch, first + at).segment,
        ]);
        expect(steps).toEqual(wanted);
        expect(new Set(spans.map(({ segment }) => segment)).size).toBe(spans.length);
        expect(spans.every((span) => span.branch === branch)).toBe(true);
      }),
    );
  });

  it("of an empty range are none", () => {
    const { history } = layLog([{ segments: [[1, 1]] }]);
    expect([...spansOf(history, { branch: 0, first: 2, last: 1 })]).toEqual([]);
  });
});

describe("the first kept step", () => {
  it("follows the last one that was dropped, as the branch sees it", async () => {
    const log = layLog([{ segments: [[1], [1, 1], [1], [1]] }, { parent: 0, from: 2, segments: [[1]] }]);
    for (const segment of [1, 2, 3]) await log.seal(segment, 4);
    const first = (branch: number, last: number): number =>
      firstKeptStep(log.history, { branch, first: 1, last });
    expect(first(0, 5)).toBe(1);
    log.drop(1);
    expect([first(0, 5), first(1, 3)]).toEqual([2, 2]);
    log.drop(3);
    expect([first(0, 5), first(0, 4), first(0, 3), first(1, 3)]).toEqual([5, 5, 2, 2]);
    log.drop(2);
    expect([first(0, 5), first(0, 3), first(1, 3)]).toEqual([5, 4, 3]);
  });
});

/** Segments of two steps; the first is sealed. */
let log: LogInMemory;
beforeEach(async () => {
  log = layLog([
    {
      segments: [
        [3, 4],
        [5, 6],
      ],
    },
  ]);
  await log.seal(1, 5);
});
const first: Span = { segment: 1, branch: 0, first: 1, last: 2 };
const second: Span = { segment: 2, branch: 0, first: 3, last: 4 };

/** The log as a reader sees it that has not heard of what `happens` until it refreshes the journal, each time one thing. */
const heardLate = (happens: readonly (() => Promise<void> | void)[]) => {
  const told = [...happens];
  const looks: string[] = [];
  const files: Files = {
    ...log.files,
    openRead(path) {
      looks.push(path);
      return log.files.openRead(path);
    },
  };
  const refresh = async (): Promise<void> => {
    looks.push("refresh");
    await told.shift()?.();
  };
  return { reader: { ...log, files, refresh } satisfies Log, looks };
};

describe("opening a segment", () => {
  it("opens the raw file or the sealed one, whatever it has", async () => {
    const { files, open } = watchReads(log.files);
    const sealed = await openSegment({ ...log, files }, first);
    const raw = await openSegment({ ...log, files }, second);
    expect([sealed.path, raw.path]).toEqual(["/l/sealed-000001.arrows", "/l/segment-000002.arrows"]);
    expect(["sealed" in sealed, "raw" in raw]).toEqual([true, true]);
    expect(open).toEqual(["sealed-000001.arrows", "segment-000002.arrows"]);
    await closeSegment(sealed);
    await closeSegment(raw);
    expect(open).toEqual([]);
  });

  it("finds a segment that was sealed since the journal was read", async () => {
    const bytes = log.contents.get("/l/segment-000002.arrows")!;
    log.contents.delete("/l/segment-000002.arrows");
    const { reader, looks } = heardLate([
      async () => {
        log.contents.set("/l/segment-000002.arrows", bytes);
        await log.seal(2, 5);
      },
    ]);
    const segment = await openSegment(reader, second);
    expect(segment.path).toBe("/l/sealed-000002.arrows");
    expect(looks).toEqual(["/l/segment-000002.arrows", "refresh", "/l/sealed-000002.arrows"]);
  });

  it("says which steps were dropped, also when they were sealed and dropped since the journal was read", async () => {
    const message =
      "LedgerError: steps 3 … 4 were dropped from the log, as ledger.retainSteps asked (ledger.retainSteps, /l/sealed-000002.arrows)";
    const bytes = log.contents.get("/l/segment-000002.arrows")!;
    log.contents.delete("/l/segment-000002.arrows");
    const { reader, looks } = heardLate([
      async () => {
        log.contents.set("/l/segment-000002.arrows", bytes);
        await log.seal(2, 5);
        log.contents.delete("/l/sealed-000002.arrows");
      },
      () => log.drop(2),
    ]);
    expect(await rejection(openSegment(reader, second))).toBe(message);
    expect(looks.filter((look) => look === "refresh")).toHaveLength(2);
    const thrown: unknown = await openSegment(log, second).catch((error: unknown) => error);
    expect(thrown).toMatchObject({
      hint: "read later steps, or resume from a checkpoint whose pages are whole",
      facts: { keyPath: "ledger.retainSteps" },
    });
  });

  it.each([
    ["raw", second, "/l/segment-000002.arrows", "of step 3", 0],
    ["raw", { ...second, first: 4 }, "/l/segment-000002.arrows", "of step 4", 1],
    ["sealed", first, "/l/sealed-000001.arrows", "of step 1", 0],
  ] as const)(
    "names a %s file that is not there, having looked three times",
    async (_, span, path, of, at) => {
      log.contents.delete(path);
      const { reader, looks } = heardLate([]);
      const offset = at === 0 ? 0 : log.history.place(0, 4).start;
      const thrown: unknown = await openSegment(reader, span).catch((error: unknown) => error);
      expect(thrown).toMatchObject({
        message: `the rows ${of} must be in their segment, got no file (${path}, offset ${offset})`,
        hint: "nothing was cut; restore this file from a copy, or resume from a checkpoint before this step",
      });
      expect(looks).toEqual([path, "refresh", path, "refresh", path]);
      expect(await rejection(openSegment(log, span))).toContain("got no file");
    },
  );

  it("passes on why a file cannot be opened that is there", async () => {
    const openRead = (path: string) =>
      Promise.reject(new StorageError("cannot open", { path, operation: "open", errno: "EACCES" }));
    const locked = { ...log, files: { ...log.files, openRead } };
    expect(await rejection(openSegment(locked, second))).toBe(
      "StorageError: cannot open (/l/segment-000002.arrows, open, EACCES)",
    );
  });

  it("closes a sealed file that is not what was sealed", async () => {
    log.contents.get("/l/sealed-000001.arrows")![3]! ^= 1;
    const { files, open } = watchReads(log.files);
    expect(await rejection(openSegment({ ...log, files }, first))).toBe(
      "LedgerError: sealed segment 1 must begin with this version's columns, got others (/l/sealed-000001.arrows, offset 0)",
    );
    expect(open).toEqual([]);
  });
});
