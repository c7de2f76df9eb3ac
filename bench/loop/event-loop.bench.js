/** @file How busy and how late the main thread is while the quickstart's model trains, beside an idle process in the same run. Run after `npm run build`: node bench/loop/event-loop.bench.js [--json] [--steps 400] */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { openRun } from "../../dist/run.js";
import { median, quickstartConfig, startStretch } from "./quickstart.js";

const { values: options } = parseArgs({
  options: { json: { type: "boolean", default: false }, steps: { type: "string", default: "400" } },
});
const steps = Number(options.steps);
const warmUp = 50;
const windows = 5;
/** A window has two halves, since measuring the delay wakes the event loop a thousand times a second: how busy, how late. */
const halfSteps = Math.floor((steps - warmUp - 1) / windows / 2);

const folder = await mkdtemp(join(tmpdir(), "counterweight-event-loop-"));
const idle = fork(fileURLToPath(new URL("idle-process.js", import.meta.url)));
const idleP99 = async () => {
  idle.send("since the last");
  const [p99] = await once(idle, "message");
  return p99;
};

const busy = [];
const late = [];
const run = await openRun(await quickstartConfig(steps), { dir: join(folder, "run") });
const delay = monitorEventLoopDelay({ resolution: 1 });
let end;
/** Ends a half and starts the next; `half` counts from 0 at the end of the warm-up. */
const turnOver = (half) => {
  if (half % 2 === 1) {
    const { activeMs, totalMs, cpuMs } = end();
    busy.push({
      utilisation: activeMs / totalMs,
      activeMsPerStep: activeMs / halfSteps,
      cpuMsPerStep: cpuMs / halfSteps,
      msPerStep: totalMs / halfSteps,
    });
    void idleP99();
    delay.reset();
    delay.enable();
    return;
  }
  if (half > 0) {
    delay.disable();
    const figure = { p99Ms: delay.percentile(99) / 1e6 };
    late.push(figure);
    void idleP99().then((p99) => (figure.idleP99Ms = p99));
  }
  end = startStretch();
};
run.steps$.subscribe(({ step }) => {
  const half = (step - warmUp) / halfSteps;
  if (half >= 0 && half <= 2 * windows && Number.isInteger(half)) turnOver(half);
});
try {
  await run.start();
} finally {
  idle.disconnect();
  await rm(folder, { recursive: true });
}

const of = (figures, name) => median(figures.map((figure) => figure[name]));
const result = {
  node: process.version,
  cores: cpus().length,
  windows,
  halfSteps,
  utilisation: of(busy, "utilisation"),
  activeMsPerStep: of(busy, "activeMsPerStep"),
  cpuMsPerStep: of(busy, "cpuMsPerStep"),
  msPerStep: of(busy, "msPerStep"),
  p99Ms: of(late, "p99Ms"),
  idleP99Ms: of(late, "idleP99Ms"),
  p99Ratio: median(late.map(({ p99Ms, idleP99Ms }) => p99Ms / idleP99Ms)),
};
if (options.json) console.log(JSON.stringify(result));
else
  console.log(
    `median of ${windows} windows of 2 x ${halfSteps} steps after step ${warmUp}, ${result.msPerStep.toFixed(1)} ms a step
event-loop utilisation  ${(100 * result.utilisation).toFixed(2)} %  (${result.activeMsPerStep.toFixed(2)} ms a step, ${result.cpuMsPerStep.toFixed(2)} ms on a processor)
event-loop delay p99    ${result.p99Ms.toFixed(2)} ms, an idle process beside it ${result.idleP99Ms.toFixed(2)} ms: ratio ${result.p99Ratio.toFixed(2)}`,
  );
