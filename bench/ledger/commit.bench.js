/** @file What the ledger costs a step, and how fast steps become durable beside bare write + fdatasync in the same run. Run after `npm run build`: node bench/ledger/commit.bench.js [--json] [--rows 16,256] */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";

import { createDraws } from "../../dist/draws.js";
import { createFiles } from "../../dist/files.js";
import { openLedger } from "../../dist/ledger/ledger.js";
import { setupOf } from "./synthetic-steps.js";

const { values: options } = parseArgs({
  options: { rows: { type: "string", default: "16,256" }, json: { type: "boolean", default: false } },
});

const files = createFiles();
const shards = Array.from({ length: 5 }, (_, domain) => ({
  domain,
  blocks: Array.from({ length: 4 }, () => ({ rows: 2000 })),
}));
const metrics = {
  learningRate: 1e-3,
  r: 1,
  gamma: 0.123456,
  rho: 1.0456,
  ess: 12.345,
  tokens: 2048,
  ms: 120.3,
};

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A ledger and a function that takes it through one step of M rows. */
const openStepper = async (folder, rows) => {
  const ledger = await openLedger(setupOf(files, folder, shards));
  const draws = createDraws(rows);
  const losses = new Float32Array(rows);
  const weights = new Float64Array(rows).fill(1 / rows);
  return {
    ledger,
    async step() {
      const step = ledger.step + 1;
      for (let slot = 0; slot < rows; slot++) {
        draws.shard[slot] = draws.domain[slot] = (slot + step) % 5;
        draws.row[slot] = (step * rows * 7 + slot * 13) % 8000;
        draws.probability[slot] = 0.5;
        draws.base[slot] = 0.5;
        losses[slot] = 2 + Math.sin(step + slot);
      }
      await ledger.applyThrough(step - 2);
      ledger.expect(step, draws);
      ledger.report(step, losses);
      await ledger.commit(step, { weights, metrics });
    },
  };
};

/** Milliseconds that the main thread has computed so far, by the system's count (Linux; proc(5), schedstat). */
const computedMs = () =>
  Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;

/** Milliseconds of the main thread a step, with the ledger less without, blocks of steps taking turns: its event loop's
 * activity (which grows when the cores are shared with others) and what it computed. */
const mainThreadCost = async ({ step }) => {
  const active = { on: [], off: [] };
  const computed = { on: [], off: [] };
  for (let block = 0; block < 40; block++) {
    const side = block % 2 === 0 ? "on" : "off";
    const before = performance.eventLoopUtilization();
    const start = computedMs();
    for (let at = 0; at < 20; at++) {
      if (side === "on") await step();
      await pause(50);
    }
    active[side].push(performance.eventLoopUtilization(before).active / 20);
    computed[side].push((computedMs() - start) / 20);
  }
  return {
    active: median(active.on) - median(active.off),
    computed: median(computed.on) - median(computed.off),
  };
};

/** Durable steps/s with one commit in flight, and bare write + fdatasync/s of the same bytes, taking turns one by one. */
const durableRate = async ({ ledger, step }, folder) => {
  const bare = await files.openAppend(join(folder, "bare"));
  const start = ledger.totals.bytes;
  await step();
  await ledger.flush();
  const bytes = new Uint8Array(ledger.totals.bytes - start);
  const ms = { ours: [], bare: [] };
  for (let turn = 0; turn < 1500; turn++) {
    const from = performance.now();
    await step();
    await ledger.flush();
    const between = performance.now();
    await bare.append(bytes);
    await bare.sync();
    ms.ours.push(between - from);
    ms.bare.push(performance.now() - between);
  }
  await bare.close();
  return { durable: 1e3 / median(ms.ours), bare: 1e3 / median(ms.bare) };
};

/** Steps/s when only back-pressure makes a step wait. */
const appendRate = async ({ ledger, step }) => {
  const start = performance.now();
  for (let at = 0; at < 3000; at++) await step();
  await ledger.flush();
  return 3e6 / (performance.now() - start);
};

const results = [];
for (const rows of options.rows.split(",").map(Number)) {
  const folder = await mkdtemp(join(tmpdir(), "ledger-bench-"));
  const stepper = await openStepper(folder, rows);
  const cost = await mainThreadCost(stepper);
  const { durable, bare } = await durableRate(stepper, folder);
  const append = await appendRate(stepper);
  results.push({
    rows,
    "active ms/step": Number(cost.active.toFixed(3)),
    "computed ms/step": Number(cost.computed.toFixed(3)),
    "durable steps/s": Math.round(durable),
    "bare fdatasync/s": Math.round(bare),
    ratio: Number((durable / bare).toFixed(2)),
    "appended steps/s": Math.round(append),
    "appended rows/s": Math.round(append * rows),
  });
  await stepper.ledger.close();
  await rm(folder, { recursive: true });
}
if (options.json) console.log(JSON.stringify({ node: process.version, results }));
else console.table(results);
