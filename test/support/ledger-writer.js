/** @file A process that writes a ledger at full speed, for two-processes.test.ts: many small segments, sealed as they close, and
 * rounds that go back to an earlier step. What it writes follows from branch, step and slot alone. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { nodeDisk } from "../../dist/disk.js";
import { createFiles } from "../../dist/files.js";
import { openLedger } from "../../dist/ledger/ledger.js";
import { openLedgerReader } from "../../dist/ledger/reader.js";

const mix = (a, b) => {
  let x = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
  return (x ^ (x >>> 15)) >>> 0;
};

/** Corpus of the ledger: one block of 1,000 rows. */
export const shards = [{ domain: 0, blocks: [{ rows: 1000 }] }];

/** Rows, losses and weights of a step as a branch writes it: 1 to 24 rows. */
export const contentOf = (branch, step) => {
  const size = 1 + (mix(branch, step) % 24);
  const values = Array.from({ length: size }, (_, slot) => mix(mix(branch, step), slot));
  return {
    size,
    shard: new Uint32Array(size),
    row: Uint32Array.from(values, (value) => value % 1000),
    domain: new Uint16Array(size),
    loss: Float32Array.from(values, (value) => value / 2 ** 29),
    targets: Uint32Array.from(values, (value) => value >>> 22),
    weight: Float32Array.from(values, (value) => 1 / (1 + (value % 9))),
    probability: Float32Array.from(values, (value) => (1 + (value % 16)) / 16),
    base: Float32Array.from(values, (value) => (1 + (value % 4)) / 4),
    trained: Uint8Array.from(values, (value) => value % 2),
  };
};

/** Steps between two checkpoints; a round has three. */
const stride = 16;

/** Writes rounds until told to end: each goes on from the newest checkpoint or, every second time, from the one before it, so that
 * the steps since then become an abandoned branch. Says how it stands after each round. */
const write = async ({ folder, synced, retainSteps, until }) => {
  const quick = { ...nodeDisk, syncFolder: () => Promise.resolve() };
  quick.openFile = async (path, mode) => {
    const file = await nodeDisk.openFile(path, mode === "create" ? "create" : "keep");
    return { ...file, sync: () => Promise.resolve() };
  };
  const files = createFiles(synced ? nodeDisk : quick);
  const ledgerFolder = join(folder, "ledger");
  const pagesOf = ({ branch, step }) => join(folder, `pages-${branch}-${step}`);
  const places = join(folder, "checkpoints.json");
  let checkpoints = existsSync(places) ? JSON.parse(await files.readText(places)) : [];
  const options = {
    emaAlpha: 0.3,
    maxUncommittedSteps: 8,
    cacheBytes: 2 ** 20,
    retainSteps,
    reference: null,
  };
  for (let round = 1; !until(); round++) {
    const back = round % 2 === 0 && checkpoints.length > 1 ? 2 : 1;
    const from = checkpoints.at(-back);
    const resume = from && { position: from, pages: pagesOf(from) };
    const cut = { segmentBytes: 2500, batchRows: 13 };
    const ledger = await openLedger({
      files,
      folder: ledgerFolder,
      shards,
      lag: 1,
      options,
      cut,
      ...(resume && { resume }),
    });
    const { branch } = await openLedgerReader(files, ledgerFolder);
    checkpoints = checkpoints.filter(({ step }) => step <= ledger.step);
    for (const last = ledger.step + 3 * stride; ledger.step < last;) {
      const step = ledger.step + 1;
      const { loss, targets, weight, trained, ...draws } = contentOf(branch, step);
      await ledger.applyThrough(step - 2);
      ledger.expect(step, draws);
      ledger.report(step, loss, 0, targets);
      await ledger.commit(step, { weights: weight, trained, metrics: { content: `${branch}:${step}` } });
      if (step % stride !== 0) continue;
      await ledger.flush();
      const position = ledger.position();
      await files.publishFolder(pagesOf(position), (inside) => ledger.savePages(inside, step));
      checkpoints = [...checkpoints.filter((each) => each.step < step), position].slice(-3);
      await files.publish(places, JSON.stringify(checkpoints));
      ledger.dropOld(checkpoints[0].step);
    }
    const standing = { round, branch, step: ledger.step };
    await ledger.close();
    console.log(JSON.stringify(standing));
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let isOver = false;
  process.stdin.once("data", () => (isOver = true));
  const [folder, settings] = process.argv.slice(2);
  await write({ folder, ...JSON.parse(settings), until: () => isOver });
  process.stdin.destroy();
}
