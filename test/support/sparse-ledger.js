/** @file A ledger over far more instances than the memory has room for, in a process of its own: losses at random blocks, a
 * checkpoint, and a resumption from it. Says what it knew, and how much memory it took at most.
 *
 *     node sparse-ledger.js '{ "folder", "shards", "blocks", "blockRows", "steps", "stepRows", "cacheBytes", "synced" }'
 *
 * `blocks` is of a shard. Every row of a step lies in a block of its own. */
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { createDraws } from "../../dist/draws.js";
import { nodeDisk } from "../../dist/disk.js";
import { createFiles } from "../../dist/files.js";
import { openLedger } from "../../dist/ledger/ledger.js";

const mix = (a, b) => {
  let x = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  return (x ^ (x >>> 15)) >>> 0;
};

const setting = JSON.parse(process.argv[2]);
const { folder, blocks, blockRows, steps, stepRows } = setting;
const unsynced = {
  ...nodeDisk,
  syncFolder: () => Promise.resolve(),
  async openFile(path, mode) {
    const file = await nodeDisk.openFile(path, mode === "create" ? "create" : "keep");
    return { ...file, sync: () => Promise.resolve() };
  },
};
const files = createFiles(setting.synced ? nodeDisk : unsynced);
const lag = 1;
const open = (resume) =>
  openLedger({
    files,
    folder: join(folder, "ledger"),
    shards: Array.from({ length: setting.shards }, () => ({
      domain: 0,
      blocks: Array.from({ length: blocks }, () => ({ rows: blockRows })),
    })),
    lag,
    options: {
      emaAlpha: 0.3,
      maxUncommittedSteps: 64,
      cacheBytes: setting.cacheBytes,
      retainSteps: null,
      reference: null,
    },
    ...(resume && { resume }),
  });

const placeOf = (step, slot) => {
  const value = mix(step, slot);
  return { shard: value % setting.shards, row: mix(value, 1) % (blocks * blockRows) };
};
const lossOf = (step, slot) => 1 + (mix(step, slot) >>> 8) / 2 ** 22;

const ledger = await open();
const draws = createDraws(stepRows);
draws.probability.fill(0.5);
draws.base.fill(0.5);
for (let step = 1; step <= steps; step++) {
  for (let slot = 0; slot < stepRows; slot++) {
    const { shard, row } = placeOf(step, slot);
    draws.shard[slot] = shard;
    draws.row[slot] = row;
  }
  await ledger.applyThrough(step - lag - 1);
  ledger.expect(step, draws);
  ledger.report(
    step,
    Float32Array.from({ length: stepRows }, (_, slot) => lossOf(step, slot)),
  );
  await ledger.commit(step, { weights: new Float64Array(stepRows) });
}
await ledger.applyThrough(steps);
const pages = join(folder, "pages");
mkdirSync(pages);
await ledger.savePages(pages, steps);
const position = ledger.position();
await ledger.close();

const resumed = await open({ position, pages });
let wrong = 0;
for (let slot = 0; slot < stepRows; slot++) {
  const { shard, row } = placeOf(steps, slot);
  const firstRow = row - (row % blockRows);
  const { values } = await resumed.statistics([{ shard, firstRow, rows: blockRows }], "lastLoss", steps);
  if (values[row - firstRow] !== Math.fround(lossOf(steps, slot))) wrong++;
}
const { instances } = resumed.totals;
await resumed.close();
console.log(
  JSON.stringify({
    corpus: setting.shards * blocks * blockRows,
    instances,
    wrong,
    rebuilt: resumed.rebuilt,
    pageBytes: statSync(join(pages, "pages.bin")).size,
    peakBytes: 1024 * process.resourceUsage().maxRSS,
  }),
);
