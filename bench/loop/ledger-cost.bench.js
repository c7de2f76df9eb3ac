/** @file What the ledger costs the main thread a step: the quickstart's loop with its ledger and with one that keeps nothing, in turns. Run after `npm run build`: node bench/loop/ledger-cost.bench.js [--json] [--rounds 8] [--slice 25] */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { lastValueFrom } from "rxjs";

import { createFiles } from "../../dist/files.js";
import { closedLoop } from "../../dist/loop.js";
import { openStages } from "../../dist/open.js";
import { openRun } from "../../dist/run.js";
import { median, quickstartConfig, startStretch } from "./quickstart.js";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "8" },
    slice: { type: "string", default: "25" },
  },
});
const rounds = Number(options.rounds);
const slice = Number(options.slice);

/** Makes a ledger keep nothing: what the loop and the sampler ask of it costs nothing and says nothing. */
const silence = (ledger) =>
  Object.assign(ledger, {
    expect() {},
    report() {},
    async commit() {},
    async applyThrough() {},
    async flush() {},
    async statistics(blocks) {
      const rows = blocks.reduce((sum, block) => sum + block.rows, 0);
      const unseen = { seen: 0, mean: Number.NaN };
      return { values: new Float32Array(rows), blocks: blocks.map(() => unseen), domain: unseen };
    },
  });

const folder = await mkdtemp(join(tmpdir(), "counterweight-ledger-cost-"));
const config = await quickstartConfig((rounds + 1) * slice);
const run = await openRun(config, { dir: join(folder, "run") });
const without = await openStages(config, createFiles(), join(folder, "silent"));
const loops = {
  with: { stages: run.stages },
  without: { stages: { ...without, ledger: silence(without.ledger) } },
};

/** One slice of steps; returns milliseconds a step. */
const turn = async (name, round) => {
  const { stages } = loops[name];
  const range = [round * slice + 1, (round + 1) * slice];
  const end = startStretch();
  await lastValueFrom(closedLoop(stages, run.trainer, config, range, async () => {}));
  await stages.ledger.flush();
  const { activeMs, totalMs, cpuMs } = end();
  return { activeMs: activeMs / slice, cpuMs: cpuMs / slice, totalMs: totalMs / slice };
};

const figures = [];
for (let round = 0; round <= rounds; round++) {
  const order = round % 2 === 0 ? ["with", "without"] : ["without", "with"];
  const figure = {};
  for (const name of order) figure[name] = await turn(name, round);
  if (round > 0) figures.push(figure); // the first warms up
}
await without.close();
await run.stop();
await rm(folder, { recursive: true });

const of = (name, clock) => median(figures.map((figure) => figure[name][clock]));
const difference = (clock) => median(figures.map((figure) => figure.with[clock] - figure.without[clock]));
const result = {
  node: process.version,
  rounds,
  slice,
  batchSize: config.training.batchSize,
  msPerStep: of("with", "totalMs"),
  active: {
    with: of("with", "activeMs"),
    without: of("without", "activeMs"),
    ledger: difference("activeMs"),
  },
  cpu: { with: of("with", "cpuMs"), without: of("without", "cpuMs"), ledger: difference("cpuMs") },
};
const row = ({ with: on, without: off, ledger }) =>
  `${on.toFixed(3)} with, ${off.toFixed(3)} without: the ledger costs ${ledger.toFixed(3)}`;
if (options.json) console.log(JSON.stringify(result));
else
  console.log(
    `main thread, ms a step of ${result.batchSize} rows (${result.msPerStep.toFixed(1)} ms), median of ${rounds} turns of ${slice} steps
event loop at work  ${row(result.active)}
on a processor      ${row(result.cpu)}`,
  );
