/**
 * @file Mean loss by domain and 1,000 steps: ours over sealed segments, polars over the same files (mapped, unchecked), DuckDB over
 * exported Parquet, in turn. `npm run bench -- ledger/scan --python PYTHON [--rows 1e7] [--step-rows 256] [--domains 7] [--rounds 9]`.
 *
 * PYTHON has polars, pyarrow and duckdb. Ours is timed with the ledger open and with opening it, which reads the journal.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { createFiles } from "../../dist/files.js";
import { openLedgerReader } from "../../dist/ledger/reader.js";
import { exportTable } from "../../dist/study/export/export-run.js";
import { askLog } from "../../dist/study/questions/ask-log.js";
import { createMeanLoss } from "../../dist/study/questions/mean-loss.js";
import { openPeers } from "./peers.js";
import { printRates, rotate } from "../rounds.js";
import { shardsOf, writeLog } from "./synthetic-steps.js";

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    rows: { type: "string", default: "1e7" },
    "step-rows": { type: "string", default: "256" },
    domains: { type: "string", default: "7" },
    rounds: { type: "string", default: "9" },
    folder: { type: "string", default: tmpdir() },
  },
});
const stepRows = Number(options["step-rows"]);
const domains = Number(options.domains);
const steps = Math.ceil(Number(options.rows) / stepRows);
const rows = steps * stepRows;
const files = createFiles();
const folder = await mkdtemp(join(options.folder, "ledger-scan-"));
await writeLog(files, folder, shardsOf(domains), { steps, stepRows });
const ledger = await openLedgerReader(files, folder);
const manifest = { domains: Array.from({ length: domains }, (_, number) => ({ name: `domain ${number}` })) };
const source = { files, run: { manifest, ledger }, steps: { first: 1, last: steps } };
const { path } = await exportTable(source, "observations", folder, {
  metadata: {},
  statistics: true,
  onProgress() {},
});

/** Rows, cells and the sum of means, as peers.py gives them; means of float32 are float32 in polars. */
const summary = ({ count, mean }) => {
  const cells = [...count.keys()].filter((cell) => count[cell] > 0);
  return {
    cells: cells.length,
    rows: count.reduce((sum, value) => sum + value, 0),
    means: cells.reduce((sum, cell) => sum + mean[cell], 0),
  };
};
const check = (theirs, ours) => {
  const agrees =
    theirs.cells === ours.cells &&
    theirs.rows === ours.rows &&
    Math.abs(theirs.means / ours.means - 1) < 1e-6;
  if (!agrees) throw new Error(`contenders differ: ${JSON.stringify([theirs, ours])}`);
};

let answer;
const scan = async (open) => {
  const started = performance.now();
  const question = createMeanLoss(domains, 1000);
  await askLog(open ? await openLedgerReader(files, folder) : ledger, [question]);
  const result = question.result();
  const seconds = (performance.now() - started) / 1000;
  answer = summary(result);
  return rows / seconds / 1e6;
};
const peers = openPeers(options.python);
const ask = async (question) => {
  const theirs = await peers.ask(question);
  check(theirs, answer);
  return rows / theirs.seconds / 1e6;
};
await scan(false);
const rates = await rotate(
  {
    ours: () => scan(false),
    "ours, opened": () => scan(true),
    polars: () => ask({ do: "polars", folder }),
    "duckdb, 1 thread": () => ask({ do: "duckdb", path, threads: 1 }),
    "duckdb, 2 threads": () => ask({ do: "duckdb", path, threads: 2 }),
  },
  Number(options.rounds),
);
console.log(
  `${rows / 1e6} M rows, ${domains} domains, ${stepRows} rows a step; load ${loadavg()[0].toFixed(1)}`,
);
printRates("M rows/s", rates, [
  ["ours", "polars", 1],
  ["ours", "duckdb, 1 thread", 2],
  ["ours", "duckdb, 2 threads", 2],
  ["ours, opened", "polars"],
]);
peers.close();
await rm(folder, { recursive: true });
