import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import type { Ledger, LedgerPosition } from "../../../src/ledger/ledger.ts";
import { openLedgerReader } from "../../../src/ledger/reader.ts";
import {
  type ReferenceLosses,
  type ReferenceSetup,
  openReferenceLosses,
} from "../../../src/ledger/reference/reference-losses.ts";
import { oracleMean, oracleOf } from "../../support/instance-oracle.ts";
import {
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
} from "../../support/ledger-on-disk.ts";

const fingerprint = "a1b2c3d4e5f60718";
const corpus = { fingerprint, shards: smallShards };

/** A reference that went on to step 9, went back to step 4, and on to step 6 with the losses of other steps. */
let template: { folder: string; remove: () => void };
let reference: string;
const positions: LedgerPosition[] = [];
/** Draws and losses by step of the branches 0 and 1. */
const branches = [Array.from({ length: 9 }, (_, at) => at + 1), [1, 2, 3, 4, 55, 56]].map((contents) =>
  contents.map((from, at) => ({ step: at + 1, draws: drawsOf(from), losses: lossesOf(from) })),
);
beforeAll(async () => {
  template = temporaryFolder();
  reference = join(template.folder, "reference");
  const folder = join(reference, "ledger");
  mkdirSync(folder, { recursive: true });
  const first = await openSmall(folder, { corpus: fingerprint });
  for (let step = 1; step <= 9; step++) {
    await takeStep(first, step);
    positions.push(first.position());
  }
  await first.close();
  const position = positions[3]!;
  const second = await openSmall(folder, {
    corpus: fingerprint,
    resume: { position, pages: join(template.folder, "none") },
  });
  for (const { step, draws, losses } of branches[1]!.slice(4)) {
    second.expect(step, draws);
    second.report(step, losses);
    await second.commit(step, { weights: [0, 0, 0] });
  }
  await second.close();
});
afterAll(() => template.remove());

let folder: string;
let remove: () => void;
let opened: ReferenceLosses[];
beforeEach(() => {
  ({ folder, remove } = temporaryFolder());
  opened = [];
});
afterEach(async () => {
  for (const each of opened) await each.close();
  remove();
});

const open = async (more: Partial<ReferenceSetup> = {}): Promise<ReferenceLosses> => {
  const losses = await openReferenceLosses({
    files: quickFiles,
    run: reference,
    position: null,
    corpus,
    cacheBytes: 2 ** 20,
    scratchPath: join(folder, "reference.scratch"),
    ...more,
  });
  opened.push(losses);
  return losses;
};
/** All losses, block by block. */
const all = async (losses: ReferenceLosses): Promise<number[][]> => {
  const blocks: number[][] = [];
  for (const block of smallBlocks.keys()) blocks.push([...(await losses.lossesOf(block))]);
  return blocks;
};
/** Last losses of all rows after some steps. */
const expected = (steps: (typeof branches)[number]): number[][] => {
  const oracle = oracleOf(steps);
  return smallBlocks.map(({ shard, firstRow, rows }) =>
    Array.from({ length: rows }, (_, at) => oracle.get(`${shard}:${firstRow + at}`)?.lastLoss ?? Number.NaN),
  );
};
const thrownBy = (more: Partial<ReferenceSetup>): Promise<unknown> =>
  open(more).catch((error: unknown) => error);

describe("the losses of a reference", () => {
  it("are the last ones of its live branch's newest step; NaN where it has none", async () => {
    const losses = await open();
    const wanted = expected(branches[1]!);
    expect(await all(losses)).toEqual(wanted);
    expect(losses.instances).toBe(wanted.flat().filter((loss) => !Number.isNaN(loss)).length);
    expect(losses.instances).toBeLessThan(14);
    const reader = await openLedgerReader(quickFiles, join(reference, "ledger"));
    expect(losses.position).toEqual(reader.positionOf(6));
    expect(losses.position).toMatchObject({ branch: 1, step: 6 });
  });

  it.each([1, 4, 5, 9])(
    "are those of then, asked for as of step %i of a branch that was left",
    async (step) => {
      const position = positions[step - 1]!;
      const losses = await open({ position });
      expect(losses.position).toEqual(position);
      expect(await all(losses)).toEqual(expected(branches[0]!.slice(0, step)));
    },
  );

  it("are of blocks' own rows, also of a block that the reference never visited", async () => {
    const shards = [...smallShards, { domain: 0, blocks: [{ rows: 3 }] }];
    const losses = await open({ corpus: { fingerprint, shards } });
    expect(await losses.lossesOf(4)).toEqual(new Float32Array(3).fill(Number.NaN));
    expect(await all(losses)).toEqual(expected(branches[1]!));
  });

  it("pass over a loss that is no number: the one before it stands", async () => {
    const run = join(folder, "masked");
    const ledger = await openSmall(join(run, "ledger"), { corpus: fingerprint, nonFinite: "mask" });
    const draws = drawsOf(1, 2);
    draws.shard.fill(0);
    draws.row.set([0, 6]);
    for (const [at, losses] of [
      [3, 4],
      [Number.NaN, 5],
      [Infinity, Number.NaN],
    ].entries()) {
      ledger.expect(at + 1, draws);
      ledger.report(at + 1, losses);
      await ledger.commit(at + 1, { weights: [1, 1] });
    }
    await ledger.close();
    const losses = await open({ run });
    expect(
      (await all(losses))
        .flat()
        .filter((loss) => !Number.isNaN(loss))
        .toSorted((a, b) => a - b),
    ).toEqual([3, 5]);
    expect(losses.instances).toBe(2);
  });

  it("are the same with no room in memory, and leave no scratch file behind", async () => {
    const losses = await open({ cacheBytes: 0 });
    expect(readdirSync(folder)).toEqual(["reference.scratch"]);
    expect(await all(losses)).toEqual(expected(branches[1]!));
    await losses.close();
    opened.pop();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("are read while the reference goes on: of the steps that were there", async () => {
    const run = join(folder, "growing");
    const ledger = await openSmall(join(run, "ledger"), { corpus: fingerprint });
    await takeSteps(ledger, 1, 3);
    await ledger.flush();
    const losses = await open({ run });
    await takeSteps(ledger, 4, 6);
    await ledger.close();
    expect(losses.position.step).toBe(3);
    expect(await all(losses)).toEqual(expected(branches[0]!.slice(0, 3)));
    const again = await open({ run, position: losses.position });
    expect(await all(again)).toEqual(await all(losses));
  });
});

describe("a reference is refused", () => {
  it("when it is of another corpus, by both fingerprints", async () => {
    const other = { ...corpus, fingerprint: "ffffffffffffffff" };
    expect(await thrownBy({ corpus: other })).toMatchObject({
      name: "ConfigError",
      message: `the reference must be of the same corpus (ledger.reference, ${reference})`,
      hint: "its corpus' fingerprint is a1b2c3d4e5f6, this run's is ffffffffffff; score its model over this corpus: counterweight score RUN --corpus MANIFEST --out DIR",
    });
  });

  it("when it does not say which corpus it is of", async () => {
    const run = join(folder, "old");
    const ledger = await openSmall(join(run, "ledger"));
    await takeStep(ledger, 1);
    await ledger.close();
    expect(await thrownBy({ run })).toMatchObject({
      name: "ConfigError",
      message: `the reference does not say which corpus it is of (ledger.reference, ${run})`,
      hint: "it was made by an older version; score its model: counterweight score RUN --corpus MANIFEST --out DIR",
    });
  });

  it("when there is none, or it has no losses yet", async () => {
    expect(await thrownBy({ run: folder })).toMatchObject({
      name: "ConfigError",
      message: `there is no ledger to refer to (ledger.reference, ${folder})`,
      hint: "name the folder of a run, or of what counterweight score wrote",
    });
    const run = join(folder, "empty");
    await (await openSmall(join(run, "ledger"), { corpus: fingerprint })).close();
    expect(await thrownBy({ run })).toMatchObject({
      name: "ConfigError",
      message: `the reference has no losses yet (ledger.reference, ${run})`,
      hint: "let it train, or score its model first",
    });
  });

  it.each([
    ["another ledger's step", { branch: 0, step: 4, crc: 1 }, /^step 4 of branch 0, checksum \d+$/],
    ["a step it does not reach", { branch: 1, step: 40, crc: 1 }, /^a ledger without that step$/],
    ["a branch it does not have", { branch: 7, step: 4, crc: 1 }, /^a ledger without that step$/],
    ["a step that another of its branches wrote", { branch: 1, step: 4, crc: 1 }, /^step 4 of branch 0, .*/],
  ])("when it is not as it was: %s", async (_, position, got) => {
    const thrown = await thrownBy({ position });
    const words = `step ${position.step} of branch ${position.branch}, checksum 1`;
    const start = `the reference must be the one that the run was started with, ${words}, got `;
    expect(thrown).toMatchObject({
      name: "ConfigError",
      hint: "bring the reference of then back, or start a new run with this one",
      facts: { keyPath: "ledger.reference", path: reference },
    });
    const { problem } = thrown as { problem: string };
    expect(problem.startsWith(start)).toBe(true);
    expect(problem.slice(start.length)).toMatch(got);
  });

  it("when its log is damaged, or was dropped in part; its scratch file goes", async () => {
    const run = join(folder, "damaged");
    const inside = join(run, "ledger");
    const ledger = await openSmall(inside, {
      corpus: fingerprint,
      cut: { segmentBytes: 1 },
      options: { ...options, retainSteps: 1 },
    });
    await takeSteps(ledger, 1, 3);
    await ledger.flush();
    ledger.dropOld(null);
    await ledger.close();
    const scratchPath = join(folder, "scratch");
    expect(await rejection(open({ run, cacheBytes: 0, scratchPath }))).toMatch(
      /^LedgerError: steps 1 … 1 were dropped from the log, as ledger\.retainSteps asked/,
    );
    const other = join(folder, "altered");
    const altered = await openSmall(join(other, "ledger"), { corpus: fingerprint, cut: { segmentBytes: 1 } });
    await takeSteps(altered, 1, 3);
    await altered.close();
    writeFileSync(join(other, "ledger", "sealed-000003.arrows"), "");
    expect(await rejection(open({ run: other, cacheBytes: 0, scratchPath }))).toMatch(
      /^LedgerError: sealed segment 3 must end at \d+, got a file that ends at 0/,
    );
    expect(readdirSync(folder).toSorted()).toEqual(["altered", "damaged"]);
  });
});

describe("a ledger with a reference", () => {
  const openOwn = (losses: ReferenceLosses | undefined, lag: number, more = {}): Promise<Ledger> =>
    openSmall(join(folder, "own"), { lag, reference: losses, corpus: fingerprint, ...more });

  it("gives each row's excess over it, and means of that; rows that it has no loss of as never seen", async () => {
    const losses = await open();
    const ledger = await openOwn(losses, 0);
    await takeSteps(ledger, 1, 12, { lag: 0 });
    const steps = Array.from({ length: 12 }, (_, at) => at + 1);
    const own = oracleOf(steps.map((step) => ({ step, draws: drawsOf(step), losses: lossesOf(step) })));
    const references = await all(losses);
    const rows = smallBlocks.flatMap(({ shard, firstRow }, block) =>
      references[block]!.map((reference, at) => {
        const state = own.get(`${shard}:${firstRow + at}`);
        const lastLoss = Math.fround(Math.max(0, (state?.lastLoss ?? Number.NaN) - reference));
        return { ...state!, lastLoss, isKnown: state !== undefined && !Number.isNaN(reference) };
      }),
    );
    const { values, blocks, domain } = await ledger.statistics(smallBlocks, "lastLoss", 12);
    expect([...values]).toEqual(rows.map(({ lastLoss }) => lastLoss));
    const counts = new Set(rows.map(({ isKnown, visits }) => `${isKnown} ${visits > 0}`));
    expect([...counts].toSorted()).toEqual(["false false", "false true", "true true"]);
    const known = rows.filter(({ isKnown }) => isKnown);
    expect(domain).toEqual(
      oracleMean(
        known.filter((row) => row.domain === 0),
        "lastLoss",
      ),
    );
    expect(blocks[2]).toEqual(
      oracleMean(
        known.filter((row) => row.domain === 1),
        "lastLoss",
      ),
    );
    await ledger.close();
  });

  it("goes on with it, bit for bit, and with no other", async () => {
    const losses = await open();
    const lag = 2;
    const straight = await openOwn(losses, lag);
    await takeSteps(straight, 1, 8, { lag });
    const before = await straight.statistics(smallBlocks, "emaLoss", 8);
    const pages = join(folder, "pages");
    mkdirSync(pages);
    await straight.savePages(pages, 8); // as of step 6: two steps are taken back
    expect(await straight.statistics(smallBlocks, "emaLoss", 8)).toEqual(before);
    const position = straight.position();
    await straight.close();

    const resumed = await openOwn(losses, lag, { resume: { position, pages } });
    expect([resumed.rebuilt, resumed.appliedStep]).toEqual([null, 6]);
    const early = await resumed.statistics(smallBlocks, "emaLoss", 6);
    expect(await resumed.statistics(smallBlocks, "emaLoss", 8)).toEqual(before);
    await resumed.close();
    const rebuilt = await openOwn(losses, lag, { resume: { position, pages: join(folder, "none") } });
    expect(await rebuilt.statistics(smallBlocks, "emaLoss", 6)).toEqual(early);
    expect(await rebuilt.statistics(smallBlocks, "emaLoss", 8)).toEqual(before);
    await rebuilt.close();

    const older = await open({ position: positions[2]!, scratchPath: join(folder, "older.scratch") });
    for (const other of [older, undefined])
      expect(await rejection(openOwn(other, lag, { resume: { position, pages } }))).toMatch(
        /^ConfigError: ledger\.reference must stay as it was, step 6 of branch 1, checksum \d+, got /,
      );
  });

  it("makes its pages again from the log when they were made with another", async () => {
    const older = await open({ position: positions[2]! });
    const first = await openOwn(older, 0);
    await takeSteps(first, 1, 5, { lag: 0 });
    const pages = join(folder, "pages");
    mkdirSync(pages);
    await first.savePages(pages, 5);
    await first.close();

    const losses = await open({ scratchPath: join(folder, "newer.scratch") });
    const own = join(folder, "other");
    const straight = await openSmall(own, { lag: 0, reference: losses, corpus: fingerprint });
    await takeSteps(straight, 1, 5, { lag: 0 });
    const position = straight.position();
    const wanted = await straight.statistics(smallBlocks, "lastLoss", 5);
    await straight.close();
    const setup = { lag: 0, reference: losses, corpus: fingerprint, resume: { position, pages } };
    const resumed = await openSmall(own, setup);
    expect(resumed.rebuilt).toBe("pages were made with another reference");
    expect(await resumed.statistics(smallBlocks, "lastLoss", 5)).toEqual(wanted);
    await resumed.close();
  });
});
