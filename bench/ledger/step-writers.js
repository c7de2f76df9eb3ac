/** @file Writers that take step after step to the disk, each synced: through the log alone, or through the whole ledger as in a run. */
import { InstanceIndex } from "../../dist/ledger/pages/instance-index.js";
import { openLedger } from "../../dist/ledger/ledger.js";
import { LogWriter } from "../../dist/ledger/log/log-writer.js";
import { recover } from "../../dist/ledger/recovery.js";
import { Reports } from "../../dist/ledger/reports.js";
import { createSteps, metrics, setupOf, shardsOf, takeStep } from "./synthetic-steps.js";

/** One step is on its way to the disk while the next is made: a sync a step. */
const synced = { maxUncommittedSteps: 1 };

/** Steps made beforehand, so that making them up is not timed; they come again and again. */
const madeUp = (shards, stepRows) => {
  const stepOf = createSteps(shards, stepRows);
  return Array.from({ length: Math.max(4, Math.min(256, Math.ceil(2e5 / stepRows))) }, (_, at) => {
    const { draws, losses, weights } = stepOf(at + 1);
    const copy = { size: draws.size };
    for (const name of ["shard", "row", "domain", "probability", "base"]) copy[name] = draws[name].slice();
    return { draws: copy, losses: losses.slice(), weights };
  });
};

/** The log's way from a step's losses to the disk, without pages; segments stay as they were written.
 * @returns `take(n)` brings n steps there, `bytes()` says how much lies there */
export const openLog = async (files, folder, stepRows) => {
  const shards = shardsOf(1);
  await files.makeFolder(folder);
  const setup = { ...setupOf(files, folder, shards, synced), cut: { sealed: false } };
  const origin = { corpus: null, reference: null };
  const recovered = await recover({ files, folder, emaAlpha: 0.3, position: null, origin });
  const writer = new LogWriter(setup, recovered);
  const reports = new Reports(new InstanceIndex(shards), "error");
  const steps = madeUp(shards, stepRows);
  let step = 0;
  return {
    bytes: () => recovered.history.segmentBytes,
    async take(count) {
      for (const last = step + count; step < last;) {
        const { draws, losses, weights } = steps[step % steps.length];
        step++;
        reports.free(writer.durableStep);
        reports.expect(step, draws, step - 1);
        reports.report(step, losses, { firstSlot: 0, targets: undefined, committed: step - 1 });
        const batch = reports.take(step, 0, { weights });
        writer.commit(batch.bytes, stepRows, metrics);
        await writer.durable(step - 1);
      }
      await writer.durable(step);
    },
    async close() {
      await writer.close();
      await recovered.journal.close();
    },
  };
};

/** The whole ledger, as `openRun` has it: losses count after the lag, closed segments are sealed beside. */
export const openRun = async (files, folder, stepRows) => {
  const shards = shardsOf(1);
  const ledger = await openLedger(setupOf(files, folder, shards, synced));
  const steps = madeUp(shards, stepRows);
  let taken = 0;
  return {
    bytes: () => 36.125 * ledger.totals.observations,
    async take(count) {
      for (const last = taken + count; taken < last; taken++)
        await takeStep(ledger, steps[taken % steps.length]);
      await ledger.flush();
    },
    close: () => ledger.close(),
  };
};
