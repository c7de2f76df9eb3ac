/** @file What is timed of the ledger: steps of losses on their way to the disk, beside a bare write of as many bytes. */
import { join } from "node:path";

import type { Draws } from "../../draws.ts";
import type { AppendFile, Files } from "../../files.ts";
import { type Ledger, openLedger } from "../../ledger/ledger.ts";
import { ledgerOptions } from "../../ledger/options.ts";
import { samplerOptions } from "../../sampler/options.ts";
import { type Sampler, createSampler } from "../../sampler/sampler.ts";
import type { OpenCases } from "./batch-cases.ts";
import { type BenchmarkPlan, batchSize, streamsOf } from "./plan.ts";
import type { Case } from "./timing.ts";

const lag = 1;
const groupSteps = 64;
const singleSteps = 16;
const metrics = { learningRate: 1e-3, loss: 3.21, gamma: 0.12, rho: 1.05, ess: 201.5, ms: 120.3 };

/** A loss for any row, the same whenever asked: in [1, 5) nats, spread evenly. */
export const lossOf = (shard: number, row: number): number =>
  1 + (4 * (Math.imul(row ^ Math.imul(shard, 0x9e3779b1), 0x85ebca6b) >>> 0)) / 2 ** 32;

/** Losses of draws by {@link lossOf}. Shape [M]. */
export const lossesOf = ({ size, shard, row }: Draws): Float32Array =>
  Float32Array.from({ length: size }, (_, slot) => lossOf(shard[slot]!, row[slot]!));

/** Takes one step through the ledger, as the loop does. */
const takeStep = async (ledger: Ledger, draws: Draws, weights: Float64Array): Promise<void> => {
  const step = ledger.step + 1;
  await ledger.applyThrough(Math.max(0, step - lag - 1));
  ledger.expect(step, draws);
  ledger.report(step, lossesOf(draws));
  await ledger.commit(step, { weights, metrics });
};

const ledgerCases = (ledger: Ledger, sampler: Sampler): Case[] => {
  const weights = new Float64Array(batchSize).fill(1 / batchSize);
  let batches: Draws[] = [];
  let drawn = 0;
  const caseOf = (name: string, floor: string, steps: number, durableEach: boolean): Case => ({
    name,
    unit: "losses",
    floor,
    work: steps * batchSize,
    async prepare() {
      batches = [];
      for (const last = drawn + steps; drawn < last; drawn++) batches.push(await sampler.next(drawn + 1));
    },
    async run() {
      for (const draws of batches) {
        await takeStep(ledger, draws, weights);
        if (durableEach) await ledger.flush();
      }
      await ledger.flush();
    },
  });
  return [
    caseOf("ledger commit, each step durable", "write and sync", singleSteps, true),
    caseOf("ledger commit, in groups", "write, sync at the end", groupSteps, false),
  ];
};

/** Floors: the bytes of a step appended to a file, and synced each or once for all. */
const bareWrites = (file: AppendFile, stepBytes: number): Case[] => {
  const bytes = new Uint8Array(stepBytes);
  const caseOf = (name: string, steps: number, syncEach: boolean): Case => ({
    name,
    unit: "losses",
    work: steps * batchSize,
    async prepare() {},
    async run() {
      for (let step = 0; step < steps; step++) {
        await file.append(bytes);
        if (syncEach) await file.sync();
      }
      await file.sync();
    },
  });
  return [caseOf("write and sync", singleSteps, true), caseOf("write, sync at the end", groupSteps, false)];
};

/** Opens a ledger of the plan's corpus in a folder for timing; `close` gives its lock back. */
export const openLedgerCases = async (
  files: Files,
  folder: string,
  plan: BenchmarkPlan,
): Promise<OpenCases> => {
  const streams = streamsOf(plan);
  const shards = streams.flatMap(({ domain, blocks }) =>
    Array.from({ length: plan.shardsPerDomain }, (_, number) => ({
      domain,
      blocks: blocks.filter(({ shard }) => shard === domain * plan.shardsPerDomain + number),
    })),
  );
  const options = samplerOptions.parse({ windowBytes: plan.windowBytes });
  const sampler = createSampler({ seed: "bench", batchSize, streams, options });
  const ledger = await openLedger({
    files,
    folder: join(folder, "ledger"),
    shards,
    lag,
    options: ledgerOptions.parse({}),
    cut: { sealed: false },
  });
  const [single, group] = ledgerCases(ledger, sampler);
  await group!.prepare!();
  await group!.run();
  const bare = await files.openAppend(join(folder, "bare"), 0);
  return {
    cases: [...bareWrites(bare, Math.ceil(ledger.totals.bytes / groupSteps)), single!, group!],
    async close() {
      await bare.close();
      await ledger.close();
    },
  };
};
