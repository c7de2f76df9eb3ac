/** @file Writes a ledger with a sealed and a raw segment, an abandoned branch and a masked loss into a folder, and ends without
 * closing it, as a process that is killed does; prints what we say of it, as JSON. */
import { join } from "node:path";

import { createDraws } from "../../dist/draws.js";
import { createFiles } from "../../dist/files.js";
import { openLedger } from "../../dist/ledger/ledger.js";
import { openLedgerReader } from "../../dist/ledger/reader.js";

const [folder] = process.argv.slice(2);
const files = createFiles();
const shards = [3, 5, 2].map((blocks, domain) => ({
  domain,
  blocks: Array.from({ length: blocks }, () => ({ rows: 40 })),
}));
const open = (resume) =>
  openLedger({
    files,
    folder,
    shards,
    lag: 1,
    options: {
      emaAlpha: 0.3,
      maxUncommittedSteps: 64,
      cacheBytes: 2 ** 20,
      retainSteps: null,
      reference: null,
    },
    nonFinite: "mask",
    cut: { batchRows: 100 },
    ...(resume && { resume }),
  });

const takeSteps = async (ledger, first, last, salt) => {
  for (let step = first; step <= last; step++) {
    const rows = 10 + (step % 3);
    const draws = createDraws(rows);
    const losses = new Float64Array(rows);
    for (let slot = 0; slot < rows; slot++) {
      draws.shard[slot] = draws.domain[slot] = (step + slot) % 3;
      draws.row[slot] = (step * 31 + slot * 17) % 80;
      draws.probability[slot] = (1 + ((step * slot) % 7)) / 8;
      draws.base[slot] = 0.5;
      losses[slot] = step === 9 && slot === 4 ? Number.NaN : 2 + Math.sin(step * 3 + slot + salt);
    }
    ledger.expect(step, draws);
    ledger.report(step, losses, 0, new Uint32Array(rows).fill(127 - step));
    const trained = Array.from({ length: rows }, (_, slot) => (slot % 4 === 3 ? 0 : 1));
    await ledger.commit(step, { weights: new Float64Array(rows).fill(1 / rows), trained });
  }
};

const first = await open();
await takeSteps(first, 1, 30, 0);
const position = first.position();
await takeSteps(first, 31, 45, 1);
await first.close();
const second = await open({ position, pages: join(folder, "none") });
await takeSteps(second, 31, 60, 2);
await second.flush();

const reader = await openLedgerReader(files, folder);
const steps = [];
for await (const { step, branch, rows } of reader.steps()) steps.push({ step, branch, rows });
const domains = {};
const columns = {};
for await (const observations of reader.observations())
  for (let slot = 0; slot < observations.size; slot++) {
    for (const name of Object.keys(observations).filter((name) => name !== "size")) {
      const value =
        name === "trained" ? (observations.trained[slot >> 3] >> (slot & 7)) & 1 : observations[name][slot];
      (columns[name] ??= []).push(Number.isNaN(value) ? null : value);
    }
    if (!Number.isFinite(observations.loss[slot])) continue;
    const sums = (domains[observations.domain[slot]] ??= { count: 0, loss: 0 });
    sums.count++;
    sums.loss += observations.loss[slot];
  }
const meanLoss = Object.fromEntries(
  Object.entries(domains).map(([domain, { count, loss }]) => [domain, loss / count]),
);
process.stdout.write(JSON.stringify({ steps, meanLoss, columns }), () => process.exit(0));
