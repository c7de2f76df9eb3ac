import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createBlockIndex } from "../../../src/corpus/blocks/block-index.ts";
import { createManifest } from "../../../src/corpus/manifest.ts";
import { type Observations, createStepBatch } from "../../../src/ledger/log/observations.ts";
import { ReplayedLosses } from "../../../src/study/replay/replayed-losses.ts";
import {
  drawsOf,
  lossesOf,
  openSmall,
  options,
  quickFiles,
  smallBlocks,
  smallShards,
  takeSteps,
  temporaryFolder,
} from "../../support/ledger-on-disk.ts";

const manifest = createManifest({
  seqLen: 2,
  tokenDtype: "uint16",
  tokenizer: { kind: "bytes", name: "t", hash: "0", vocabSize: 257, uri: "tokenizer.json", endOfText: 256 },
  maxBlockBytes: 1024,
  domains: [],
  shards: smallShards.map(({ domain, blocks }, shard) => ({
    uri: String(shard),
    domain,
    rows: blocks.reduce((sum, { rows }) => sum + rows, 0),
    bytes: 1,
    footerHash: "0",
    blocks: blocks.map(({ rows }) => ({ rows, crc32: null })),
  })),
  heldOut: [],
});
const run = {
  manifest,
  blocks: createBlockIndex({
    ...manifest,
    domains: [0, 1].map((name) => ({
      name: String(name),
      documents: 0,
      tokens: 0,
      bytes: 0,
      heldOutTokens: 0,
      heldOutBytes: 0,
    })),
  }),
};

let folder: string;
let remove: () => void;
let losses: ReplayedLosses;
beforeEach(() => {
  ({ folder, remove } = temporaryFolder());
  losses = new ReplayedLosses({ files: quickFiles, run, options, scratchPath: join(folder, "scratch") });
});
afterEach(async () => {
  await losses.close();
  remove();
});

const stepOf = (step: number): Observations => {
  const { columns } = createStepBatch(3);
  const draws = drawsOf(step);
  for (const name of ["shard", "row", "domain", "probability", "base"] as const)
    columns[name].set(draws[name]);
  columns.loss.set(lossesOf(step));
  return columns;
};

describe("replayed losses", () => {
  it("give the statistics that the run's ledger gave, at every step", async () => {
    const ledger = await openSmall(join(folder, "ledger"));
    const window = [smallBlocks[0], smallBlocks[1], smallBlocks[3]];
    for (let step = 1; step <= 12; step++) {
      await takeSteps(ledger, step, step);
      losses.add(stepOf(step));
      for (const statistic of ["lastLoss", "emaLoss"] as const) {
        await losses.applyThrough(step - 1);
        expect(await losses.statistics(window, statistic)).toEqual(
          await ledger.statistics(window, statistic, step - 1),
        );
      }
    }
    await ledger.close();
  });

  it("know each instance's newest loss, waiting ones included, and skip losses that are no numbers", async () => {
    const expected = new Map<string, number>();
    for (let step = 1; step <= 9; step++) {
      const rows = stepOf(step);
      if (step === 9) rows.loss[0] = Number.NaN;
      losses.add(rows);
      for (let slot = 0; slot < 3; slot++)
        if (!Number.isNaN(rows.loss[slot]))
          expected.set(`${rows.shard[slot]}:${rows.row[slot]}`, rows.loss[slot]!);
      await losses.applyThrough(step - 4);
      for (const { shard, firstRow, rows: count } of smallBlocks)
        for (let row = firstRow; row < firstRow + count; row++)
          expect(await losses.lastLoss(shard, row)).toBe(expected.get(`${shard}:${row}`) ?? Number.NaN);
    }
  });

  it("come as pages with their blocks", async () => {
    for (let step = 1; step <= 4; step++) losses.add(stepOf(step));
    await losses.applyThrough(9);
    let visits = 0;
    for await (const { block, page } of losses.pages()) {
      expect(page.rows).toBe(block.rows);
      visits += page.visits.reduce((sum, count) => sum + count, 0);
    }
    expect(visits).toBe(12);
    expect(existsSync(join(folder, "scratch"))).toBe(false);
  });
});
