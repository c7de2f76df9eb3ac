/** @file What is timed of the sampler at a size: each case does `n` rows, draws or slots of work and returns something that depends on all of it. */
import { keyOf, keyedPermutation, normal } from "../../dist/random.js";
import { blockOrder } from "../../dist/sampler/block-order.js";
import { equalUnits, inclusionUnits, keptOf } from "../../dist/sampler/inclusion.js";
import { nextDomain, quantiseWeights } from "../../dist/sampler/mixture.js";
import { samplerOptions } from "../../dist/sampler/options.js";
import { createSampler } from "../../dist/sampler/sampler.js";
import { scoreWindow } from "../../dist/sampler/score.js";
import { selectWindow } from "../../dist/sampler/selection.js";

const batchSize = 256;
const rowsPerBlock = 8192;

/** Losses as a model returns them, around 3 nats; a tenth never seen. */
const statisticsOf = (n) => {
  const values = normal(keyOf(1, "bench", "losses"), n).map((z) => Math.exp(1 + 0.4 * z));
  for (let row = 0; row < n; row += 10) values[row] = Number.NaN;
  const blocks = blocksOf(n);
  const seen = { seen: rowsPerBlock, mean: 3 };
  return { blocks, statistics: { values, blocks: blocks.map(() => seen), domain: { seen: n, mean: 3 } } };
};

const blocksOf = (n) =>
  Array.from({ length: Math.ceil(n / rowsPerBlock) }, (_, block) => ({
    shard: 0,
    firstRow: block * rowsPerBlock,
    rows: Math.min(rowsPerBlock, n - block * rowsPerBlock),
    bytes: rowsPerBlock * 1024,
  }));

/** The whole sampler over four domains: n draws in batches of 256, windows of 32 blocks where there are as many. */
const drawMany = async (n, options, score) => {
  const streams = ["a", "b", "c", "d"].map((name, domain) => ({ name, domain, blocks: blocksOf(n / 4) }));
  const sampler = createSampler({
    seed: 1,
    batchSize,
    streams,
    options: samplerOptions.parse(options),
    score,
  });
  let row = 0;
  for (let step = 1; step <= Math.ceil(n / batchSize); step++) row ^= (await sampler.next(step)).row[0];
  return row;
};

/** Cases at size n, set up; `floor` cases are what the machine does at best. */
export const casesOf = (n) => {
  const { blocks, statistics } = statisticsOf(n);
  const scores = scoreWindow(statistics, blocks, 1);
  const kept = keptOf(n, 0.5);
  const units = inclusionUnits(scores, kept, 0.2);
  const parts = quantiseWeights([0.4, 0.25, 0.15, 0.1, 0.05, 0.03, 0.02]);
  const indices = keyedPermutation(keyOf(1, "bench", "gather"), n);
  let round = 0;
  return [
    {
      name: "sum in order",
      floor: true,
      run: () => {
        let sum = 0;
        for (let row = 0; row < n; row++) sum += scores[row];
        return sum;
      },
    },
    {
      name: "random gather",
      floor: true,
      run: () => {
        // Fresh indices every round: the same ones over again would be fetched ahead.
        const shift = round++ * 7919;
        let sum = 0;
        for (let at = 0; at < n; at++) sum += scores[(indices[at] + shift) % n];
        return sum;
      },
    },
    { name: "block order", run: () => blockOrder(1, "bench", round++, n)[0] },
    { name: "window scoring", run: () => scoreWindow(statistics, blocks, 1)[n - 1] },
    { name: "inclusion", run: () => inclusionUnits(scores, kept, 0.2)[n - 1] },
    { name: "inclusion, equal", run: () => equalUnits(n, kept)[n - 1] },
    { name: "selection", run: () => selectWindow(1, "bench", 0, round++, units, kept)[0] },
    {
      name: "mixture of 7",
      run: () => {
        const credits = new Float64Array(parts.length);
        let sum = 0;
        for (let slot = 0; slot < n; slot++) sum += nextDomain(parts, credits);
        return sum;
      },
    },
    { name: "sampler, uniform", run: () => drawMany(n, {}) },
    {
      name: "sampler, importance",
      run: () =>
        drawMany(n, { kind: "importance" }, async (window) =>
          scores.subarray(
            0,
            window.reduce((rows, block) => rows + block.rows, 0),
          ),
        ),
    },
  ];
};
