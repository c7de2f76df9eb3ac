/**
 * @file Million rows a second at which the pages of a sealed log are rebuilt: what resuming without a checkpoint's pages takes. `npm run bench -- ledger/rebuild [--rows 1e8] [--step-rows 1024] [--domains 1,5] [--rounds 3]`.
 *
 * The log takes 36 bytes a row on the disk while the benchmark runs (3.6 GB for 10⁸ rows), the process under 1 GB of memory.
 * Beside it in the same rounds: reading the same columns with their checksums, and nothing else.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { createFiles } from "../../dist/files.js";
import { openLedger } from "../../dist/ledger/ledger.js";
import { openLedgerReader } from "../../dist/ledger/reader.js";
import { visitColumns } from "../../dist/ledger/pages/rows-by-block.js";
import { spread } from "../rounds.js";
import { setupOf, shardsOf, writeLog } from "./synthetic-steps.js";

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "1e8" },
    "step-rows": { type: "string", default: "1024" },
    domains: { type: "string", default: "1,5" },
    rounds: { type: "string", default: "3" },
    folder: { type: "string", default: tmpdir() },
  },
});
const stepRows = Number(options["step-rows"]);
const steps = Math.ceil(Number(options.rows) / stepRows);
const files = createFiles();

const secondsOf = async (act) => {
  const started = performance.now();
  await act();
  return (performance.now() - started) / 1000;
};

const read = async (folder) => {
  const reader = await openLedgerReader(files, folder);
  for await (const batch of reader.batches(visitColumns)) if (batch.size === 0) return;
};

const rebuild = async (folder, shards, position) => {
  const setup = { ...setupOf(files, folder, shards), resume: { position, pages: join(folder, "none") } };
  const ledger = await openLedger(setup);
  if (ledger.rebuilt === null || ledger.appliedStep !== steps - 1) process.exitCode = 1;
  await ledger.close();
};

const rates = (seconds) => spread(seconds.map((value) => (steps * stepRows) / value / 1e6));

for (const domains of options.domains.split(",").map(Number)) {
  const folder = await mkdtemp(join(options.folder, "ledger-rebuild-"));
  const shards = shardsOf(domains);
  let position;
  const writing = await secondsOf(
    async () => (position = await writeLog(files, folder, shards, { steps, stepRows })),
  );
  const seconds = { read: [], rebuild: [] };
  for (let round = 0; round < Number(options.rounds); round++) {
    seconds.read.push(await secondsOf(() => read(folder)));
    seconds.rebuild.push(await secondsOf(() => rebuild(folder, shards, position)));
  }
  console.log(
    `${(steps * stepRows) / 1e6} M rows, ${domains} domains, ${stepRows} rows a step: M rows/s written and sealed ${rates([writing])}, read ${rates(seconds.read)}, rebuilt ${rates(seconds.rebuild)}; peak RSS ${Math.round(process.resourceUsage().maxRSS / 1e3)} MB`,
  );
  await rm(folder, { recursive: true });
}
