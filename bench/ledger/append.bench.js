/**
 * @file Durable appending, every step synced: our log beside pyarrow's Arrow IPC with an fsync after each batch, in turn.
 * `npm run bench -- ledger/append --python PYTHON [--step-rows 32768,256] [--rounds 9] [--folder DIR]`; DIR on the disk that counts.
 *
 * - log: a step's draws, losses and weights become a batch and a journal line, written and synced one after the other
 * - run: the same through the whole ledger as in a run: losses go into pages, closed segments are sealed beside
 * - arrow, few: the four columns of peers/e_ledger.py, 13 bytes a row; arrow, ours: our eleven, 36 bytes
 *
 * Compared by bytes a second, since rows differ; a step is synced before the next but one is made.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { createFiles } from "../../dist/files.js";
import { openPeers } from "./peers.js";
import { printRates, rotate } from "../rounds.js";
import { openLog, openRun } from "./step-writers.js";

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    "step-rows": { type: "string", default: "32768,256" },
    rounds: { type: "string", default: "9" },
    folder: { type: "string", default: tmpdir() },
  },
});
const files = createFiles();
const peers = openPeers(options.python);

for (const stepRows of options["step-rows"].split(",").map(Number)) {
  const folder = await mkdtemp(join(options.folder, "ledger-append-"));
  const steps = Math.max(100, Math.min(500, Math.round(4e6 / stepRows)));
  // Files are new in every turn and go after it, as the peers' do: page cache that was used before is faster than new.
  const ours = async (open) => {
    const inside = join(folder, "ours");
    const { take, bytes, close } = await open(files, inside, stepRows);
    const before = bytes();
    const started = performance.now();
    await take(steps);
    const ms = performance.now() - started;
    const written = bytes() - before;
    await close();
    await rm(inside, { recursive: true });
    return written / 1e3 / ms;
  };
  const theirs = async (columns) => {
    const path = join(folder, "arrow");
    const { seconds, bytes } = await peers.ask({ do: "append", path, steps, stepRows, columns });
    return bytes / 1e6 / seconds;
  };
  const rates = await rotate(
    {
      log: () => ours(openLog),
      "arrow, few": () => theirs("few"),
      run: () => ours(openRun),
      "arrow, ours": () => theirs("ours"),
    },
    Number(options.rounds),
  );
  console.log(`${steps} steps of ${stepRows} rows a turn; load ${loadavg()[0].toFixed(1)}`);
  printRates("MB/s", rates, [
    ["log", "arrow, few", stepRows > 4096 ? 0.9 : 0.3],
    ["log", "arrow, ours"],
    ["run", "arrow, few"],
    ["run", "arrow, ours"],
  ]);
  await rm(folder, { recursive: true });
}
peers.close();
