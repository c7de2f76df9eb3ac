/**
 * @file The ledger as a rival of peers/e_ledger.py, in its rotation: durable append, scan, and rebuilding of pages.
 *
 *     python peers/e_ledger.py --out DIR --rival "node bench/ledger/rival.js"
 *     python peers/e_ledger.py --out DIR --sync 256 --rows 1000000 --rival "node bench/ledger/rival.js --step-rows 256 --rows 1e6"
 *
 * A step has as many rows as the peers sync at once. Our rows have 36 bytes, theirs 13: appending is told in 13 bytes too, so that
 * its million rows a second compare by bytes; scans and rebuilding are of rows.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { createFiles } from "../../dist/files.js";
import { openLedger } from "../../dist/ledger/ledger.js";
import { openLedgerReader } from "../../dist/ledger/reader.js";
import { askLog } from "../../dist/study/questions/ask-log.js";
import { createMeanLoss } from "../../dist/study/questions/mean-loss.js";
import { openLog, openRun } from "./step-writers.js";
import { setupOf, shardsOf, writeLog } from "./synthetic-steps.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "step-rows": { type: "string", default: "32768" },
    rows: { type: "string", default: "1e7" },
    domains: { type: "string", default: "7" },
  },
});
const stepRows = Number(options["step-rows"]);
const domains = Number(options.domains);
const steps = Math.ceil(Number(options.rows) / stepRows);
const rows = steps * stepRows;
const files = createFiles();
const folder = await mkdtemp(join(positionals[0], "counterweight-"));

const tell = (work, value) =>
  console.log(JSON.stringify({ peer: "counterweight", work, value, unit: "M rows/s" }));
const timed = async (act) => {
  const started = performance.now();
  await act();
  return (performance.now() - started) / 1000;
};

const append = async (work, { take, bytes, close }) => {
  await take(100); // compiles
  const before = bytes();
  const seconds = await timed(() => take(steps));
  tell(`${work}, fsync a ${stepRows} rows, in rows of 13 bytes`, (bytes() - before) / seconds / 13e6);
  await close();
};
await append("append to the log", await openLog(files, join(folder, "log"), stepRows));
await append("append as in a run", await openRun(files, join(folder, "run"), stepRows));

const ledgerFolder = join(folder, "ledger");
const shards = shardsOf(domains);
const position = await writeLog(files, ledgerFolder, shards, { steps, stepRows });
let ledger;
const opening = await timed(async () => (ledger = await openLedgerReader(files, ledgerFolder)));
const scan = async () => {
  const question = createMeanLoss(domains, 1000);
  await askLog(ledger, [question]);
  if (question.result().count.reduce((sum, count) => sum + count, 0) !== rows) process.exitCode = 1;
};
const scans = [];
for (let turn = 0; turn < 4; turn++) scans.push(await timed(scan));
const scanning = scans.slice(1).toSorted((a, b) => a - b)[1];
tell("scan: mean loss by domain x 1000 steps, sealed", rows / scanning / 1e6);
tell("scan: mean loss by domain x 1000 steps, opened too", rows / (opening + scanning) / 1e6);

const rebuilding = await timed(async () => {
  const resume = { position, pages: join(folder, "none") };
  const resumed = await openLedger({ ...setupOf(files, ledgerFolder, shards), resume });
  await resumed.close();
});
tell("pages rebuilt from the sealed log", rows / rebuilding / 1e6);
await rm(folder, { recursive: true });
