/**
 * @file Memory and time of a ledger over 10⁹ instances whose losses come at random blocks: opened, filled, checkpointed, resumed in
 * a process of its own. `npm run bench -- ledger/memory [--rows 8192] [--step-rows 2048] [--cache 256] [--folder DIR]`.
 *
 * Every row has a block of its own, of 10,000 rows: 280 kB of page, twice on the disk while the benchmark runs.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "8192" },
    "step-rows": { type: "string", default: "2048" },
    cache: { type: "string", default: "256" },
    folder: { type: "string", default: tmpdir() },
  },
});
const script = fileURLToPath(new URL("../../test/support/sparse-ledger.js", import.meta.url));
const stepRows = Number(options["step-rows"]);
const folder = mkdtempSync(join(options.folder, "ledger-memory-"));
const settings = {
  folder,
  shards: 1000,
  blocks: 100,
  blockRows: 10_000,
  steps: Math.ceil(Number(options.rows) / stepRows),
  stepRows,
  cacheBytes: Number(options.cache) * 2 ** 20,
  synced: true,
};
const started = performance.now();
const child = spawnSync(process.execPath, [script, JSON.stringify(settings)], {
  encoding: "utf8",
  stdio: ["ignore", "pipe", "inherit"],
});
const seconds = (performance.now() - started) / 1000;
rmSync(folder, { recursive: true });
const { corpus, instances, wrong, pageBytes, peakBytes } = JSON.parse(child.stdout);
if (wrong > 0) process.exitCode = 1;
console.log(
  `${corpus} instances, ${instances} of them visited at ${settings.steps} steps, ${Math.round(pageBytes / 1e6)} MB of pages, ${options.cache} MiB for them: ${Math.round(peakBytes / 1e6)} MB of memory at most, ${seconds.toFixed(1)} s, ${wrong} losses wrong`,
);
