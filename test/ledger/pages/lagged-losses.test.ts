import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { AppliedLosses } from "../../../src/ledger/pages/applied-losses.ts";
import { History } from "../../../src/ledger/journal/history.ts";
import { InstanceIndex } from "../../../src/ledger/pages/instance-index.ts";
import { LaggedLosses } from "../../../src/ledger/pages/lagged-losses.ts";
import { createStepBatch } from "../../../src/ledger/log/observations.ts";
import { Page } from "../../../src/ledger/pages/page.ts";
import { PageStore } from "../../../src/ledger/pages/page-store.ts";
import { oracleOf } from "../../support/instance-oracle.ts";
import {
  drawsOf,
  hash,
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
afterEach(async () => {
  for (const losses of opened.splice(0)) await losses.close();
  remove();
});

const index = new InstanceIndex(smallShards);
const opened: LaggedLosses[] = [];
const open = (lag: number) => {
  const history = new History("journal");
  const line = { kind: "branch", branch: 0, parent: null, step: 0, formatVersion: 1, emaAlpha: 0.3 } as const;
  history.add({ line, crc: 0, offset: 0 });
  const scratchPath = join(folder, `scratch-${opened.length}`);
  const rebuild = () => Promise.resolve(new Page(1));
  const store = new PageStore({ files: quickFiles, index, cacheBytes: 0, scratchPath, base: null, rebuild });
  const applied = new AppliedLosses(index, store, 0.3, { step: 0, domains: {} });
  const losses = new LaggedLosses({ files: quickFiles, history, index, store, applied, lag, emaAlpha: 0.3 });
  opened.push(losses);
  let step = 0;
  const commit = (): void => {
    step++;
    const draws = drawsOf(step);
    const { columns } = createStepBatch(draws.size);
    for (const name of ["shard", "row", "domain", "probability", "base"] as const)
      columns[name].set(draws[name]);
    columns.loss.set(lossesOf(step));
    const place = {
      kind: "step",
      step,
      branch: 0,
      segment: 1,
      end: step,
      rows: 3,
      data: 0,
      metrics: {},
    } as const;
    history.add({ line: place, crc: step, offset: 0 });
    losses.add(columns);
  };
  return { losses, commit };
};

const names = smallBlocks.flatMap(({ shard, firstRow, rows }) =>
  Array.from({ length: rows }, (_, at) => `${shard}:${firstRow + at}`),
);
/** lastLoss of every row after the steps ≤ `through`. */
const expected = (through: number): number[] => {
  const steps = Array.from({ length: Math.max(0, through) }, (_, at) => ({
    step: at + 1,
    draws: drawsOf(at + 1),
    losses: lossesOf(at + 1),
  }));
  const oracle = oracleOf(steps);
  return names.map((name) => oracle.get(name)?.lastLoss ?? Number.NaN);
};

describe("lagged losses", () => {
  it.each([0, 1, 4])(
    "at lag %i a window opened by batch t sees exactly the losses of steps < t − lag, whatever the timing",
    async (lag) => {
      for (let trial = 0; trial < 8; trial++) {
        const { losses, commit } = open(lag);
        let committed = 0;
        for (let batch = 1; batch <= 25; batch++) {
          // Batch t may be assembled as soon as step t − lag − 1 is committed, or as late as step t − 1 is.
          const latest = batch - 1;
          const earliest = Math.max(0, batch - lag - 1);
          const at = Math.max(committed, earliest + (hash(trial, batch) % (latest - earliest + 1)));
          while (committed < at) {
            commit();
            committed++;
          }
          const through = batch - lag - 1;
          if (hash(trial, batch + 99) % 3 === 0) continue;
          if (hash(trial, batch + 98) % 2 === 0) await losses.applyThrough(through);
          const { values } = await losses.statistics(smallBlocks, "lastLoss", through);
          expect([...values]).toEqual(expected(through));
        }
      }
    },
  );

  it("takes calls that overlap one after the other", async () => {
    const { losses, commit } = open(0);
    for (let step = 1; step <= 6; step++) commit();
    const asked = [1, 2, 3, 4, 5, 6].map((through) => losses.statistics(smallBlocks, "lastLoss", through));
    for (const [at, { values }] of (await Promise.all(asked)).entries())
      expect([...values]).toEqual(expected(at + 1));
  });

  it("does not see the future, nor forget the past", async () => {
    const { losses, commit } = open(1);
    commit();
    expect(await rejection(losses.applyThrough(2))).toBe(
      "SamplerError: steps whose losses count must be committed, at most 1, got 2",
    );
    await losses.applyThrough(-3);
    expect(losses.appliedStep).toBe(0);
    commit();
    await losses.applyThrough(2);
    expect(await rejection(losses.statistics(smallBlocks, "lastLoss", 1))).toBe(
      "SamplerError: the last step that a window sees must be 1, got 2",
    );
  });

  it.each([0, 1, 4])("at lag %i saves pages as of step − lag, whatever counts by then", async (lag) => {
    const ahead = open(lag);
    const behind = open(lag);
    for (let step = 1; step <= 9; step++) {
      ahead.commit();
      behind.commit();
      await ahead.losses.applyThrough(step);
      await behind.losses.applyThrough(step - lag);
    }
    for (const [name, { losses }] of Object.entries({ ahead, behind })) {
      mkdirSync(join(folder, name));
      const before = losses.appliedStep;
      await losses.save(join(folder, name), 9);
      expect(losses.appliedStep).toBe(before);
      const header = JSON.parse(JSON.parse(readFileSync(join(folder, name, "pages.json"), "utf8")).body);
      expect(header).toMatchObject({ asOf: { branch: 0, step: 9 - lag, crc: 9 - lag }, emaAlpha: 0.3 });
    }
    expect(readFileSync(join(folder, "ahead", "pages.bin"))).toEqual(
      readFileSync(join(folder, "behind", "pages.bin")),
    );
    const { values } = await ahead.losses.statistics(smallBlocks, "lastLoss", 9);
    expect([...values]).toEqual(expected(9));
  });

  it("counts again what it went back over, when saving fails", async () => {
    const { losses, commit } = open(2);
    for (let step = 1; step <= 5; step++) commit();
    await losses.applyThrough(5);
    expect(await rejection(losses.save(join(folder, "no such folder"), 5))).toMatch(
      /^StorageError: cannot open/,
    );
    expect(losses.appliedStep).toBe(5);
    expect([...(await losses.statistics(smallBlocks, "lastLoss", 5)).values]).toEqual(expected(5));
  });
});
