import { join } from "node:path";
import { array, assert, asyncProperty, integer, option, record, tuple, uniqueArray } from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { LedgerError } from "../../../src/errors.ts";
import { AppliedLosses } from "../../../src/ledger/pages/applied-losses.ts";
import { copyRows, createColumns, sliceRows } from "../../../src/ledger/log/column-rows.ts";
import { InstanceIndex } from "../../../src/ledger/pages/instance-index.ts";
import { type Observations, createStepBatch } from "../../../src/ledger/log/observations.ts";
import { Page } from "../../../src/ledger/pages/page.ts";
import { PageStore } from "../../../src/ledger/pages/page-store.ts";
import { type Visits, visitColumns } from "../../../src/ledger/pages/rows-by-block.ts";
import { type InstanceState, oracleMean, oracleOf } from "../../support/instance-oracle.ts";
import {
  collect,
  drawsOf,
  lossesOf,
  quickFiles,
  rejection,
  smallBlocks,
  smallShards,
  temporaryFolder,
} from "../../support/ledger-on-disk.ts";

let folder: string;
let remove: () => void;
beforeEach(() => ({ folder, remove } = temporaryFolder()));
afterEach(() => remove());

const index = new InstanceIndex(smallShards);
let opened = 0;
const open = (): { applied: AppliedLosses; store: PageStore } => {
  const store = new PageStore({
    files: quickFiles,
    index,
    cacheBytes: 0,
    scratchPath: join(folder, `scratch-${(opened += 1)}`),
    base: null,
    rebuild: () => Promise.resolve(new Page(1)),
  });
  return { store, applied: new AppliedLosses(index, store, 0.3, { step: 0, domains: {} }) };
};

const observe = (
  step: number,
  draws = drawsOf(step),
  losses: ArrayLike<number> = lossesOf(step),
): Observations => {
  const { columns } = createStepBatch(draws.size);
  columns.step.fill(step);
  for (const name of ["shard", "row", "domain", "probability", "base"] as const)
    columns[name].set(draws[name]);
  columns.loss.set(losses);
  return columns;
};

/** All that can be asked, as plain data. */
const everything = async ({ applied, store }: ReturnType<typeof open>) => ({
  step: applied.step,
  instances: applied.instances,
  domains: applied.sums.domains,
  pages: (await collect(store.all())).map(
    ({ block, bytes }) => `${block} ${Buffer.from(bytes).toString("hex")}`,
  ),
  last: await applied.statistics(smallBlocks, "lastLoss"),
  ema: await applied.statistics(smallBlocks, "emaLoss"),
});

const rowNames = smallBlocks.map(({ shard, firstRow, rows }) =>
  Array.from({ length: rows }, (_, at) => `${shard}:${firstRow + at}`),
);
const seenOf = (oracle: Map<string, InstanceState>, names: readonly string[]): InstanceState[] =>
  names.map((name) => oracle.get(name)).filter((state) => state !== undefined);

const slot = record({
  shard: integer({ min: 0, max: 2 }),
  row: integer({ min: 0, max: 7 }),
  loss: option(integer({ min: 0, max: 4000 }), { nil: null }),
  probability: integer({ min: 1, max: 16 }),
});
const histories = array(array(slot, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 });
const rowsOfShard = [8, 4, 2];

const stepOf = (
  step: number,
  slots: readonly { shard: number; row: number; loss: number | null; probability: number }[],
) => {
  const draws = drawsOf(step, slots.length);
  for (const [at, { shard, row, probability }] of slots.entries()) {
    draws.shard[at] = shard;
    draws.row[at] = row % rowsOfShard[shard]!;
    draws.domain[at] = smallShards[shard]!.domain;
    draws.probability[at] = probability / 16;
  }
  return { step, draws, losses: slots.map(({ loss }) => (loss === null ? Number.NaN : loss / 512)) };
};

/** Steps one behind the other. */
const joined = (steps: readonly Observations[]): Visits => {
  const rows = createColumns(
    visitColumns,
    steps.reduce((sum, { size }) => sum + size, 0),
  );
  let at = 0;
  for (const step of steps) {
    copyRows(visitColumns, rows, at, step, 0, step.size);
    at += step.size;
  }
  return rows;
};

async function* given(batches: readonly Visits[], failure?: LedgerError): AsyncGenerator<Visits> {
  yield* batches;
  if (failure !== undefined) throw failure;
}

/** Names of the rows that have a loss. */
const namesIn = ({ size, shard, row, loss }: Visits): string[] =>
  Array.from({ length: size }, (_, slot) => slot)
    .filter((slot) => Number.isFinite(loss[slot]))
    .map((slot) => `${shard[slot]}:${row[slot]}`);

describe("applied losses", () => {
  it("equal one object an instance, for random histories with repeats and losses that are not finite", async () => {
    const check = asyncProperty(histories, async (history) => {
      const steps = history.map((slots, at) => stepOf(at + 1, slots));
      const ours = open();
      for (const { step, draws, losses } of steps)
        await ours.applied.apply(observe(step, draws, losses), Infinity);
      const oracle = oracleOf(steps);
      for (const statistic of ["lastLoss", "emaLoss"] as const) {
        const { values, blocks } = await ours.applied.statistics(smallBlocks, statistic);
        const names = rowNames.flat();
        expect([...values]).toEqual(names.map((name) => oracle.get(name)?.[statistic] ?? Number.NaN));
        expect(blocks).toEqual(rowNames.map((some) => oracleMean(seenOf(oracle, some), statistic)));
        for (const block of smallBlocks) {
          const { domain } = smallShards[block.shard];
          const others = [...oracle.values()].filter((state) => state.domain === domain);
          const seen = await ours.applied.statistics([block], statistic);
          expect(seen.domain).toEqual(oracleMean(others, statistic));
        }
      }
      expect(ours.applied.instances).toBe(oracle.size);
      for (const { block, bytes } of await collect(ours.store.all())) {
        const page = new Page(index.rowsOf(block), new Uint32Array(bytes.slice().buffer));
        for (const [row, name] of rowNames[block]!.entries()) {
          const state = oracle.get(name);
          expect([page.visits[row], page.lastStep[row]]).toEqual([state?.visits ?? 0, state?.lastStep ?? 0]);
          for (const column of ["lastLoss", "previousLoss", "emaLoss", "minLoss", "correction"] as const)
            expect(page[column][row]).toBe(state?.[column] ?? Number.NaN);
        }
      }
      await ours.store.close();
    });
    await assert(check, { numRuns: 150 });
  });

  it("are the same bit for bit after going back any number of steps and forth again", async () => {
    const check = asyncProperty(tuple(histories, integer({ min: 0, max: 12 })), async ([history, back]) => {
      const steps = history.map((slots, at) => stepOf(at + 1, slots));
      const kept = Math.max(0, steps.length - back);
      const straight = open();
      const zigzag = open();
      const undone: Observations[] = [];
      for (const { step, draws, losses } of steps.slice(0, kept))
        await straight.applied.apply(observe(step, draws, losses), Infinity);
      for (const { step, draws, losses } of steps)
        await zigzag.applied.apply(observe(step, draws, losses), kept + 1);
      while (zigzag.applied.step > kept) undone.unshift(await zigzag.applied.takeBack());
      const { pages, domains: _, ...rest } = await everything(zigzag);
      const { pages: wanted, domains: __, ...wantedRest } = await everything(straight);
      expect(rest).toEqual(wantedRest);
      // A page whose visits were all taken back stays, empty; so do its domain's sums, at zero.
      expect(pages).toEqual(expect.arrayContaining(wanted));
      for (const { step, draws, losses } of steps.slice(kept))
        await straight.applied.apply(observe(step, draws, losses), Infinity);
      for (const observations of undone) await zigzag.applied.apply(observations, kept + 1);
      expect(await everything(zigzag)).toEqual(await everything(straight));
      await straight.store.close();
      await zigzag.store.close();
    });
    await assert(check, { numRuns: 100 });
  });

  it("are the same rebuilt from batches that end anywhere, and those fail anywhere", async () => {
    const cuts = uniqueArray(integer({ min: 1, max: 60 }), { maxLength: 6 });
    const check = asyncProperty(
      histories,
      cuts,
      integer({ min: 0, max: 12 }),
      async (history, cutAt, anyLast) => {
        const steps = history.map((slots, at) => stepOf(at + 1, slots));
        const all = steps.map(({ step, draws, losses }) => observe(step, draws, losses));
        const rows = joined(all);
        const straight = open();
        for (const observations of all) await straight.applied.apply(observations, Infinity);
        const wanted = await everything(straight);

        const ends = [...cutAt.filter((cut) => cut < rows.size).toSorted((a, b) => a - b), rows.size];
        const batches = ends.map((end, at) => sliceRows(visitColumns, rows, ends[at - 1] ?? 0, end));
        const whole = open();
        await whole.applied.rebuild(given(batches), all.length);
        expect(await everything(whole)).toEqual(wanted);

        const failed = open();
        const good = batches.slice(0, anyLast % (batches.length + 1));
        const damage = failed.applied.rebuild(
          given(good, new LedgerError("damaged", { path: "p" })),
          all.length,
        );
        expect(await rejection(damage)).toBe("LedgerError: damaged (p)");
        expect(failed.applied.instances).toBe(new Set(good.flatMap((batch) => [...namesIn(batch)])).size);
        for (const observations of all.slice(failed.applied.step))
          await failed.applied.apply(observations, Infinity);
        expect(await everything(failed)).toEqual(wanted);
        for (const { store } of [straight, whole, failed]) await store.close();
      },
    );
    await assert(check, { numRuns: 100 });
  });

  it("go back no further than was announced", async () => {
    const { applied, store } = open();
    for (let step = 1; step <= 4; step++) await applied.apply(observe(step), 3);
    expect(applied.settledStep).toBe(2);
    await applied.takeBack();
    expect([applied.step, applied.settledStep]).toEqual([3, 2]);
    await applied.takeBack();
    expect(await rejection(applied.takeBack())).toBe(
      "SamplerError: pages must be asked for within the lag (step 2)",
    );
    await store.close();
  });

  it("know nothing at first, and only the manifest's blocks", async () => {
    const { applied } = open();
    const nothing = { seen: 0, mean: Number.NaN };
    expect(await applied.statistics([smallBlocks[2]], "lastLoss")).toEqual({
      values: new Float32Array(4).fill(Number.NaN),
      blocks: [nothing],
      domain: nothing,
    });
    const shifted = applied.statistics([{ shard: 0, firstRow: 1, rows: 5 }], "lastLoss");
    expect(await rejection(shifted)).toBe(
      "SamplerError: a window's block must be one of the manifest's, got \"rows 1 to 5\"",
    );
  });
});
