import { assert, asyncProperty, integer, option, record } from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";

import { StorageError } from "../../../src/errors.ts";
import { type Files, temporaryMark } from "../../../src/files.ts";
import type { LedgerPosition } from "../../../src/ledger/journal/history.ts";
import type { LedgerSetup } from "../../../src/ledger/ledger-setup.ts";
import { LogWriter } from "../../../src/ledger/log/log-writer.ts";
import { batchByteLength, schemaMessage } from "../../../src/ledger/log/observations.ts";
import { openLedgerReader } from "../../../src/ledger/reader.ts";
import { recover } from "../../../src/ledger/recovery.ts";
import { readSteps } from "../../../src/ledger/log/segments.ts";
import { createFilesInMemory } from "../../support/files-in-memory.ts";
import { collect, options, rejection, smallShards } from "../../support/ledger-on-disk.ts";
import { stepBatchOf } from "../../support/log-in-memory.ts";

const folder = "/l";
let contents: Map<string, Uint8Array>;
beforeEach(() => {
  contents = new Map();
});

/** A writer that goes on at a position, and what it knows. */
const open = async (more: Partial<LedgerSetup> = {}, position: LedgerPosition | null = null) => {
  const files: Files = createFilesInMemory(contents);
  const setup = { files, folder, shards: smallShards, lag: 1, options, ...more };
  const origin = { corpus: null, reference: null };
  const recovered = await recover({ files: setup.files, folder, emaAlpha: 0.3, position, origin });
  const { history } = recovered;
  const writer = new LogWriter(setup, recovered);
  const commit = (first: number, last = first, rows = 2): void => {
    for (let step = first; step <= last; step++)
      writer.commit(stepBatchOf(history.branch, step, rows).bytes, rows, { step });
  };
  const end = async (): Promise<void> => {
    await writer.close();
    await writer.settled();
  };
  const steps = async (first: number, last: number): Promise<void> => {
    const read = await collect(readSteps(files, folder, history, { branch: history.branch, first, last }));
    expect(read).toEqual(
      Array.from({ length: last - first + 1 }, (_, at) => {
        const { branch, rows } = history.place(history.branch, first + at);
        return stepBatchOf(branch, first + at, rows).columns;
      }),
    );
  };
  return { writer, history, commit, end, steps };
};
const names = (): string[] =>
  [...contents.keys()]
    .map((path) => path.slice(folder.length + 1))
    .filter((name) => name !== "journal.jsonl");

describe("the writer of the log", () => {
  it("makes steps durable, and seals what it wrote when it is closed", async () => {
    const { writer, commit, end, steps } = await open();
    commit(1, 3);
    expect(writer.durableStep).toBe(0);
    await writer.durable(2);
    expect(writer.durableStep).toBe(3);
    expect(names()).toEqual(["segment-000001.arrows"]);
    await end();
    expect(names()).toEqual(["sealed-000001.arrows"]);
    await steps(1, 3);
    const reader = await openLedgerReader(createFilesInMemory(contents), folder);
    expect((await collect(reader.steps())).map(({ metrics }) => metrics)).toEqual(
      [1, 2, 3].map((step) => ({ step })),
    );
  });

  it("closes segments at a size, and seals each while steps go on", async () => {
    // A segment is full with the second step in it.
    const segmentBytes = schemaMessage.length + batchByteLength(2) + 1;
    const { writer, commit, end, steps } = await open({ cut: { segmentBytes, batchRows: 3 } });
    commit(1, 5);
    await writer.durable(5);
    await writer.settled();
    expect(names().toSorted()).toEqual([
      "sealed-000001.arrows",
      "sealed-000002.arrows",
      "segment-000003.arrows",
    ]);
    await steps(1, 5);
    await end();
    await steps(1, 5);
  });

  it("leaves segments raw where that is asked for", async () => {
    const { commit, end } = await open({ cut: { segmentBytes: 1, sealed: false } });
    commit(1, 2);
    await end();
    expect(names()).toEqual(["segment-000001.arrows", "segment-000002.arrows"]);
  });

  it("seals what writers before it left raw, of abandoned branches, too, before what it writes itself", async () => {
    const first = await open({ cut: { segmentBytes: 1, sealed: false } });
    first.commit(1, 3);
    await first.end();
    const position = first.history.positionOf(0, 2)!;
    const second = await open({ cut: { sealed: false } }, position);
    second.commit(3);
    await second.end();
    const third = await open({}, second.history.positionOf(1, 3));
    third.commit(4);
    await third.end();
    expect(names()).toEqual([1, 2, 3, 4, 5].map((segment) => `sealed-00000${segment}.arrows`));
    await third.steps(1, 4);
    const abandoned = await openLedgerReader(createFilesInMemory(contents), folder, 0);
    expect(
      (await collect(abandoned.observations(3))).map(({ step, branch }) => [step[0], branch[0]]),
    ).toEqual([[3, 0]]);
  });

  it("says in the end that a closed segment was altered, having written everything else", async () => {
    const first = await open({ cut: { segmentBytes: 1, sealed: false } });
    first.commit(1, 2);
    await first.end();
    contents.get("/l/segment-000001.arrows")![500]! ^= 1;
    const { writer, commit, steps } = await open({}, first.history.positionOf(0, 2));
    commit(3);
    await writer.close();
    expect(await rejection(writer.settled())).toMatch(
      /^LedgerError: the rows of step 1 must have the checksum/,
    );
    const whole = names().filter((name) => !name.includes(temporaryMark));
    expect(whole.toSorted()).toEqual([
      "sealed-000002.arrows",
      "sealed-000003.arrows",
      "segment-000001.arrows",
    ]);
    await steps(2, 3);
  });

  it("throws what the disk refused at every later call", async () => {
    const whole = createFilesInMemory(contents);
    const refused = new StorageError("cannot write", { path: "/l/segment-000001.arrows", errno: "EIO" });
    const openDurable: Files["openDurable"] = async (path, byteLength) => {
      const file = await whole.openDurable(path, byteLength);
      return path.includes("segment") ? { ...file, append: () => Promise.reject(refused) } : file;
    };
    const { writer, commit } = await open({ files: { ...whole, openDurable } });
    expect(() => writer.check()).not.toThrow();
    commit(1);
    await expect(writer.durable(1)).rejects.toBe(refused);
    expect(() => writer.check()).toThrow(refused);
    await expect(writer.durable(1)).rejects.toBe(refused);
  });
});

describe("dropping old steps", () => {
  it("gives up whole segments that neither retainSteps nor a resumption needs, and no others", async () => {
    const cases = record({
      steps: integer({ min: 1, max: 12 }),
      stepsInSegment: integer({ min: 1, max: 3 }),
      retainSteps: integer({ min: 1, max: 8 }),
      lag: integer({ min: 0, max: 3 }),
      sinceCheckpoint: option(integer({ min: 0, max: 11 })),
    });
    await assert(
      asyncProperty(cases, async ({ steps: last, stepsInSegment, retainSteps, lag, sinceCheckpoint }) => {
        contents = new Map();
        const segmentBytes = schemaMessage.length + (stepsInSegment - 1) * batchByteLength(2) + 1;
        const more = { lag, options: { ...options, retainSteps }, cut: { segmentBytes } };
        const { writer, commit, history, steps, end } = await open(more);
        commit(1, last);
        await writer.durable(last);
        const checkpoint = sinceCheckpoint === null ? null : Math.max(0, last - sinceCheckpoint);
        writer.dropOld(last, checkpoint);
        await writer.settled();
        const needed = Math.min(last - retainSteps + 1, (checkpoint ?? last) - lag);
        const states = [...history.segments.values()];
        for (const { lastStep, segment, dropped, seal } of states)
          expect([segment, dropped]).toEqual([segment, lastStep < needed && seal !== null]);
        const firstKept = states.find(({ dropped }) => !dropped)!.firstStep;
        expect(firstKept).toBeLessThanOrEqual(Math.max(1, needed));
        expect(names()).toHaveLength(states.filter(({ dropped }) => !dropped).length);
        await steps(firstKept, last);
        const isDropped =
          /^LedgerError: steps 1 … \d+ were dropped from the log, as ledger\.retainSteps asked/;
        if (firstKept > 1) expect(await rejection(steps(1, last))).toMatch(isDropped);
        await end();
      }),
      { numRuns: 60 },
    );
  });

  it("gives up nothing where retainSteps is not set", async () => {
    const { writer, commit, end, steps } = await open({ cut: { segmentBytes: 1 } });
    commit(1, 4);
    await writer.durable(4);
    writer.dropOld(4, null);
    await end();
    expect(names()).toHaveLength(4);
    await steps(1, 4);
  });

  it("gives up old steps of abandoned branches, too, and leaves the journal's record of them", async () => {
    const first = await open({ cut: { segmentBytes: 1 } });
    first.commit(1, 3);
    await first.end();
    const position = first.history.positionOf(0, 1)!;
    const more = { lag: 0, options: { ...options, retainSteps: 1 }, cut: { segmentBytes: 1 } };
    const { writer, commit, end, steps } = await open(more, position);
    commit(2, 5);
    await writer.durable(5);
    writer.dropOld(5, null);
    await end();
    expect(names()).toEqual(["sealed-000007.arrows"]);
    await steps(5, 5);
    const reader = await openLedgerReader(createFilesInMemory(contents), folder);
    expect([reader.firstStep, reader.lastStep]).toEqual([5, 5]);
    expect((await collect(reader.steps())).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    const abandoned = await openLedgerReader(createFilesInMemory(contents), folder, 0);
    expect([abandoned.firstStep, abandoned.lastStep]).toEqual([4, 3]);
    expect(await rejection(collect(abandoned.observations()))).toContain(
      "steps 1 … 1 were dropped from the log",
    );
  });
});
