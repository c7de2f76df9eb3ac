import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { StorageError } from "../../src/errors.ts";
import type { Disk } from "../../src/disk.ts";
import { createFiles } from "../../src/files.ts";
import { type Ledger, openLedger } from "../../src/ledger/ledger.ts";
import { openLedgerReader } from "../../src/ledger/reader.ts";
import { createFailingDisk } from "../support/failing-disk.ts";
import {
  closeLeftOpen,
  collect,
  deadProcess,
  drawsOf,
  lossesOf,
  openSmall,
  options,
  quickFiles,
  rejection,
  smallBlocks,
  smallShards,
  takeStep,
  takeSteps,
  temporaryFolder,
  unsynced,
} from "../support/ledger-on-disk.ts";

let folder: string;
let remove: () => void;
beforeEach(() => ({ folder, remove } = temporaryFolder()));
afterEach(async () => {
  await closeLeftOpen();
  remove();
});

/** All that a ledger knows after `last`, and its live log as text, the branch column aside. */
const knowledge = async (ledger: Ledger): Promise<unknown> => {
  const { step } = ledger;
  const lastLoss = await ledger.statistics(smallBlocks, "lastLoss", step);
  const emaLoss = await ledger.statistics(smallBlocks, "emaLoss", step);
  const { observations, instances } = ledger.totals;
  return { step, lastLoss, emaLoss, observations, instances };
};
const logOf = async (path: string): Promise<string[]> => {
  const reader = await openLedgerReader(quickFiles, path);
  const rows = await collect(reader.observations());
  return rows.map((columns) =>
    Object.entries(columns)
      .filter(([name]) => name !== "branch")
      .map(([name, values]) => `${name} ${values}`)
      .join("; "),
  );
};

describe("a ledger", () => {
  it("starts empty, and says where it stands", async () => {
    const ledger = await openSmall(folder);
    expect(ledger.recovery).toEqual({ lastGoodStep: 0, resumedStep: 0, setAside: [], abandoned: null });
    expect([ledger.step, ledger.durableStep, ledger.appliedStep, ledger.rebuilt]).toEqual([0, 0, 0, null]);
    expect(ledger.position()).toMatchObject({ branch: 0, step: 0 });
    await takeSteps(ledger, 1, 3);
    await ledger.flush();
    expect([ledger.step, ledger.durableStep, ledger.appliedStep]).toEqual([3, 3, 1]);
    const files = readdirSync(folder).filter((name) => /journal|segment/.test(name));
    const bytes = files.reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0);
    await ledger.applyThrough(3);
    expect(ledger.totals).toMatchObject({ observations: 9, bytes });
    await ledger.close();
    expect(readdirSync(folder)).toEqual(["journal.jsonl", "lock.past", "sealed-000001.arrows"]);
  });

  it("commits steps in order, each once", async () => {
    const ledger = await openSmall(folder);
    ledger.expect(1, drawsOf(1));
    ledger.expect(2, drawsOf(2));
    ledger.report(2, lossesOf(2));
    expect(await rejection(ledger.commit(2, { weights: [1, 1, 1] }))).toBe(
      "SamplerError: the step to commit must be the next one, 1, got 2 (step 2)",
    );
    ledger.report(1, lossesOf(1));
    await ledger.commit(1, { weights: [1, 1, 1] });
    await ledger.commit(2, { weights: [1, 1, 1] });
    expect(await rejection(ledger.commit(2, { weights: [1, 1, 1] }))).toContain(
      "must be the next one, 3, got 2",
    );
    expect(ledger.report(2, lossesOf(2))).toEqual({ accepted: 0, duplicate: 0, late: 3 });
    await ledger.close();
    expect(await logOf(folder)).toHaveLength(2);
  });

  it("logs a masked loss and leaves its page alone", async () => {
    const ledger = await openSmall(folder, { nonFinite: "mask" });
    const draws = drawsOf(1, 2);
    ledger.expect(1, draws);
    ledger.report(1, [Number.NaN, 2]);
    await ledger.commit(1, { weights: [0.5, 0.5] });
    await ledger.applyThrough(1);
    expect(ledger.totals).toMatchObject({ observations: 2, instances: 1 });
    await ledger.close();
    const reader = await openLedgerReader(quickFiles, folder);
    const [row] = await collect(reader.observations());
    expect([[...row!.loss], [...row!.weight]]).toEqual([
      [Number.NaN, 2],
      [0, 0.5],
    ]);
  });

  it("does not commit a step whose loss is not finite", async () => {
    const ledger = await openSmall(folder);
    ledger.expect(1, drawsOf(1));
    expect(() => ledger.report(1, [1, Number.NaN, 3])).toThrow(
      "the loss of slot 1 must be a finite float32, got NaN (step 1)",
    );
    expect(await rejection(ledger.commit(1, { weights: [1, 1, 1] }))).toContain(
      'losses of step 1 must be 3, got "0; slot 0 is missing"',
    );
    expect(ledger.step).toBe(0);
    await ledger.close();
  });

  it("lets a commit wait when the disk is behind by maxUncommittedSteps", async () => {
    // The lock and the branch line are written before: count from there.
    const before = createFailingDisk({ at: Infinity, of: ["write"] }, unsynced);
    await (await openSmall(folder, { files: createFiles(before) })).close();
    remove();
    mkdirSync(folder);
    const writes = before.operations.filter(({ operation }) => operation === "write").length;
    const slow = createFailingDisk({ at: writes + 1, of: ["write"], lasts: "stop" }, unsynced);
    const ledger = await openSmall(folder, {
      files: createFiles(slow),
      options: { ...options, maxUncommittedSteps: 3 },
    });
    let returned = 0;
    for (let step = 1; step <= 4; step++) void takeStep(ledger, step).then(() => (returned = step));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([ledger.step, ledger.durableStep, returned]).toEqual([4, 0, 3]);
  });

  it("fills no step's batch again before its bytes are on the disk and its losses are settled", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow: Disk = {
      ...unsynced,
      async openFile(path, mode) {
        const file = await unsynced.openFile(path, mode);
        if (!path.includes("segment-")) return file;
        return { ...file, write: (bytes, position) => held.then(() => file.write(bytes, position)) };
      },
    };
    const lag = 2;
    const ledger = await openSmall(folder, { files: createFiles(slow), lag });
    for (let step = 1; step <= 60; step++) await takeStep(ledger, step, { lag });
    expect(ledger.durableStep).toBe(0);
    release();
    await ledger.flush();
    for (let step = 61; step <= 70; step++) {
      await takeStep(ledger, step, { lag });
      await ledger.applyThrough(step);
      await ledger.flush();
    }
    mkdirSync(join(folder, "pages"));
    await ledger.savePages(join(folder, "pages"), 70);
    const known = await knowledge(ledger);
    await ledger.close();

    const straight = join(folder, "straight");
    const other = await openSmall(straight, { lag, options: { ...options, maxUncommittedSteps: 1 } });
    await takeSteps(other, 1, 70, { lag });
    expect(await knowledge(other)).toEqual(known);
    await other.close();
    expect(await logOf(folder)).toEqual(await logOf(straight));
  });

  it("throws a failed write again at every later call, writes nothing more, and gives the lock back", async () => {
    const counting = createFailingDisk({ at: Infinity, of: ["write"] }, unsynced);
    await (await openSmall(folder, { files: createFiles(counting) })).close();
    remove();
    mkdirSync(folder);
    const writes = counting.operations.filter(({ operation }) => operation === "write").length;
    const disk = createFailingDisk({ at: writes + 3, of: ["write"], tornShare: 0.5 }, unsynced);
    const ledger = await openSmall(folder, { files: createFiles(disk) });
    await takeStep(ledger, 1);
    await ledger.flush();
    await takeStep(ledger, 2);
    const message = `StorageError: cannot write segment-000001.arrows (${join(folder, "segment-000001.arrows")}, write, ENOSPC)`;
    expect(await rejection(ledger.flush())).toBe(message);
    for (const call of [
      () => ledger.expect(3, drawsOf(3)),
      () => ledger.report(3, lossesOf(3)),
      () => ledger.commit(3, { weights: [] }),
      () => ledger.applyThrough(1),
      () => ledger.statistics(smallBlocks, "lastLoss", 1),
      () => ledger.savePages(folder, 2),
      () => ledger.durable(2),
      () => ledger.close(),
    ])
      expect(await rejection((async () => call())())).toBe(message);
    expect(ledger.durableStep).toBe(1);
    const again = await openSmall(folder);
    expect(again.recovery.setAside.map((path) => path.replace(/.*\//, ""))).toEqual([
      expect.stringMatching(/^segment-000001\.arrows\.torn-at-\d+$/),
    ]);
    await again.close();
    expect(await collect((await openLedgerReader(quickFiles, folder, 0)).steps())).toHaveLength(1);
  });

  it("is written by one process at a time", async () => {
    const ledger = await openLedger({ files: quickFiles, folder, shards: smallShards, lag: 1, options });
    const second = openLedger({ files: quickFiles, folder, shards: smallShards, lag: 1, options });
    expect(await rejection(second)).toBe(
      `LedgerError: the ledger is being written by process ${process.pid} (${join(folder, "lock")})`,
    );
    await takeStep(ledger, 1);
    await ledger.close();
    const third = await openLedger({ files: quickFiles, folder, shards: smallShards, lag: 1, options });
    expect(third.recovery.abandoned).toEqual({ branch: 0, step: 1 });
    await third.close();
  });

  it("gives the lock back when it cannot be opened", async () => {
    const position = { branch: 0, step: 5, crc: 1 };
    expect(await rejection(openSmall(folder, { resume: { position, pages: folder } }))).toContain(
      "ledger behind its checkpoint",
    );
    expect(readdirSync(folder)).toEqual(["lock.past"]);
  });

  it("saves pages of the last committed step only, once it is durable", async () => {
    const ledger = await openSmall(folder);
    await takeSteps(ledger, 1, 2);
    mkdirSync(join(folder, "pages"));
    expect(await rejection(ledger.savePages(join(folder, "pages"), 1))).toBe(
      "SamplerError: a checkpoint's step must be the last committed one, 2, got 1 (step 1)",
    );
    expect(ledger.durableStep).toBe(0);
    await ledger.savePages(join(folder, "pages"), 2);
    expect(ledger.durableStep).toBe(2);
    await ledger.close();
  });
});

/** A run of 6 steps with checkpoints at 2 and 5, as loop and checkpoint take a ledger through it. */
const lag = 1;
const last = 6;
const run = async (ledger: Ledger, path: string, files = quickFiles, said: number[] = []): Promise<void> => {
  try {
    for (let step = ledger.step + 1; step <= last; step++) {
      await takeStep(ledger, step, { lag });
      if (step % 3 === 2)
        await files.publishFolder(join(path, `checkpoint-${step}`), async (inside) => {
          await ledger.savePages(inside, step);
          await files.write(join(inside, "position.json"), JSON.stringify(ledger.position()));
        });
      else if (step % 2 === 0) await ledger.flush();
      said.push(ledger.durableStep);
    }
  } finally {
    await ledger.close();
  }
};
const newestCheckpoint = (path: string) => {
  const name = readdirSync(path)
    .filter((entry) => /^checkpoint-\d+$/.test(entry))
    .toSorted()
    .at(-1);
  if (name === undefined) return {};
  const position = JSON.parse(readFileSync(join(path, name, "position.json"), "utf8"));
  return { resume: { position, pages: join(path, name) } };
};

/** Takes the run through a disk that fails, then resumes on a sound one; says what was durable before and what came out. */
const crash = async (path: string, disk: ReturnType<typeof createFailingDisk>, stopsAt: number) => {
  const files = createFiles(disk);
  const said: number[] = [];
  let settled: unknown = null;
  openSmall(path, { files, lag, identity: deadProcess() })
    .then((ledger) => run(ledger, path, files, said))
    .then(
      () => (settled = "ended"),
      (error: unknown) => (settled = error),
    );
  const isOver = (): boolean => settled !== null || disk.operations.length >= stopsAt;
  while (!isOver()) await new Promise((resolve) => setImmediate(resolve));
  // What was under way beside the stopped operation may still end.
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  const durable = Math.max(0, ...said);
  const seen = await openLedgerReader(quickFiles, path).then(
    ({ lastStep }) => lastStep,
    () => 0,
  );
  const ledger = await openSmall(path, { lag, ...newestCheckpoint(path) });
  const resumedFrom = ledger.step;
  await run(ledger, path);
  return { settled, durable, seen, resumedFrom };
};

const uninterrupted = temporaryFolder();
const counting = createFailingDisk({ at: Infinity }, unsynced);
await run(
  await openSmall(uninterrupted.folder, { files: createFiles(counting), lag }),
  uninterrupted.folder,
  createFiles(counting),
);
const operations = counting.operations.length;
const wantedLog = await logOf(uninterrupted.folder);
const wanted = await (async () => {
  const ledger = await openSmall(uninterrupted.folder, { lag, ...newestCheckpoint(uninterrupted.folder) });
  await takeSteps(ledger, 6, 6);
  const known = await knowledge(ledger);
  await ledger.close();
  uninterrupted.remove();
  return known;
})();

const check = async (path: string, outcome: Awaited<ReturnType<typeof crash>>): Promise<void> => {
  expect(outcome.seen).toBeGreaterThanOrEqual(outcome.durable);
  expect(outcome.resumedFrom).toBeLessThanOrEqual(outcome.seen);
  expect(await logOf(path)).toEqual(wantedLog);
  const ledger = await openSmall(path, { lag, ...newestCheckpoint(path) });
  expect(ledger.rebuilt).toBeNull();
  await takeSteps(ledger, 6, 6);
  expect(await knowledge(ledger)).toEqual(wanted);
  await ledger.close();
};

/** Numbers of the operations that write: only there a share of the bytes may be left behind. */
const writes = counting.operations.flatMap(({ operation }, at) => (operation === "write" ? [at + 1] : []));
const all = Array.from({ length: operations }, (_, at) => at + 1);

describe(`a run stopped at each of its ${operations} disk operations`, () => {
  it.each([
    ["nothing", all, 0],
    ["half", writes, 0.5],
    ["all", writes, 1],
  ])(
    "with %s of a stopped write on the disk: resumed, it is the uninterrupted one",
    async (_, where, tornShare) => {
      for (const at of where) {
        const path = join(folder, `${at}`);
        mkdirSync(path);
        const disk = createFailingDisk({ at, lasts: "stop", tornShare }, unsynced);
        const outcome = await crash(path, disk, at);
        expect(outcome.settled).toBeNull();
        await check(path, outcome);
      }
    },
  );

  it.each([
    ["once", all],
    ["forever", writes],
  ] as const)("or failing there %s: it ends with a StorageError, and resumes", async (lasts, where) => {
    const endings: unknown[] = [];
    for (const at of where) {
      const path = join(folder, `${at}`);
      mkdirSync(path);
      const outcome = await crash(path, createFailingDisk({ at, lasts, tornShare: 0.5 }, unsynced), Infinity);
      endings.push(outcome.settled);
      await check(path, outcome);
    }
    expect(endings.filter((ending) => ending instanceof StorageError)).toHaveLength(where.length);
  });
});
