/** @file What is timed of the sampler, in memory: its parts on one window of all the corpus' rows, and the whole of it. */
import { keyOf, normal } from "../../random.ts";
import { blockOrder } from "../../sampler/block-order.ts";
import { equalUnits, inclusionUnits, keptOf } from "../../sampler/inclusion.ts";
import { nextDomain, quantiseWeights } from "../../sampler/mixture.ts";
import { samplerOptions } from "../../sampler/options.ts";
import { type SampledBlock, type ScoreWindow, createSampler } from "../../sampler/sampler.ts";
import { type WindowStatistics, scoreWindow } from "../../sampler/score.ts";
import { selectWindow } from "../../sampler/selection.ts";
import { memoryFloors } from "./memory-floors.ts";
import { type BenchmarkPlan, batchSize, streamsOf } from "./plan.ts";
import type { Case } from "./timing.ts";

const keep = 0.5;
const epsilon = 0.2;
/** Of the whole sampler: 64 MiB a domain, so that a run of 2¹⁹ draws takes whole windows, about. */
const windowBytes = 2 ** 26;
const mostDraws = 2 ** 19;

/** Losses as a model returns them, around 3 nats; every tenth row never seen. Shape [n]. */
export const syntheticLosses = (n: number): Float32Array => {
  const values = normal(keyOf("bench", "", "losses"), n);
  for (let row = 0; row < n; row++)
    values[row] = row % 10 === 0 ? Number.NaN : Math.exp(1 + 0.4 * values[row]!);
  return values;
};

/** Statistics of a window: its rows of `losses`, and priors. */
const statisticsOf = (
  values: Float32Array,
  blocks: readonly { readonly rows: number }[],
): WindowStatistics => ({
  values,
  blocks: blocks.map(({ rows }) => ({ seen: rows, mean: 3 })),
  domain: { seen: values.length, mean: 3 },
});

/** Scores of any window from the losses of all rows, as a ledger in memory would give them. */
const scoreFrom =
  (losses: Float32Array, rowsPerShard: number): ScoreWindow =>
  (blocks) => {
    const values = new Float32Array(blocks.reduce((rows, block) => rows + block.rows, 0));
    let end = 0;
    for (const { shard, firstRow, rows } of blocks) {
      const start = shard * rowsPerShard + firstRow;
      values.set(losses.subarray(start, start + rows), end);
      end += rows;
    }
    return Promise.resolve(scoreWindow(statisticsOf(values, blocks), blocks, 1));
  };

/** One sampler that goes on from run to run, in batches of {@link batchSize}. */
const samplerCase = (plan: BenchmarkPlan, losses: Float32Array, kind: "uniform" | "importance"): Case => {
  const sampler = createSampler({
    seed: "bench",
    batchSize,
    streams: streamsOf(plan),
    options: samplerOptions.parse({ kind, windowBytes }),
    score: scoreFrom(losses, plan.rowsPerShard),
  });
  const steps = Math.max(1, Math.floor(Math.min(plan.instances, mostDraws) / batchSize));
  let step = 0;
  return {
    name: `sampler, ${kind}`,
    unit: "draws",
    floor: "random gather",
    work: steps * batchSize,
    async run() {
      for (const last = step + steps; step < last; step++) await sampler.next(step + 1);
    },
  };
};

/** The sampler's parts on n = `plan.instances` blocks, rows or slots, the sampler over the plan's corpus, and the floors of
 * memory beside them. About 40 bytes of memory a row. */
export const samplerCases = (plan: BenchmarkPlan): Case[] => {
  const n = plan.instances;
  const losses = syntheticLosses(n);
  const blocks: SampledBlock[] = streamsOf(plan).flatMap((stream) => stream.blocks);
  const statistics = statisticsOf(losses, blocks);
  const scores = scoreWindow(statistics, blocks, 1)!;
  const kept = keptOf(n, keep);
  const units = inclusionUnits(scores, kept, epsilon);
  const parts = quantiseWeights([0.4, 0.25, 0.15, 0.1, 0.05, 0.03, 0.02]);
  let round = 0;
  const inOrder = { floor: "sum in order", unit: "rows", work: n };
  const shuffled = { floor: "random gather", unit: "rows", work: n };
  return [
    ...memoryFloors(scores),
    { ...shuffled, unit: "blocks", name: "block order", run: () => blockOrder("bench", "", round++, n) },
    { ...inOrder, name: "window scoring", run: () => scoreWindow(statistics, blocks, 1) },
    { ...inOrder, name: "inclusion", run: () => inclusionUnits(scores, kept, epsilon) },
    { ...inOrder, name: "inclusion, equal scores", run: () => equalUnits(n, kept) },
    { ...shuffled, name: "selection", run: () => selectWindow("bench", "", 0, round++, units, kept) },
    {
      ...inOrder,
      unit: "slots",
      name: "mixture of 7",
      run() {
        const credits = new Float64Array(parts.length);
        let sum = 0;
        for (let slot = 0; slot < n; slot++) sum += nextDomain(parts, credits);
        return sum;
      },
    },
    samplerCase(plan, losses, "uniform"),
    samplerCase(plan, losses, "importance"),
  ];
};
