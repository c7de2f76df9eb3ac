/** @file Steps of a made-up run, as a sampler draws them: a window of blocks a domain is open, and drawn to its end in a scattered order before the next. Seeded, so that every process makes the same. */
import { createDraws } from "../../dist/draws.js";
import { openLedger } from "../../dist/ledger/ledger.js";

/** Rows of a block and blocks of a window, both powers of two. */
const blockRows = 4096;
const windowBlocks = 16;
const windowRows = blockRows * windowBlocks;

/** A corpus of about 2²³ instances, whose pages take 235 MB, in as many domains, a shard each. */
export const shardsOf = (domains) =>
  Array.from({ length: domains }, (_, domain) => ({
    domain,
    blocks: Array.from({ length: windowBlocks * Math.ceil(128 / domains) }, () => ({ rows: blockRows })),
  }));

/** The numbers 0 … windowRows − 1 in a scattered order, each once. */
const scattered = (number) => {
  let x = (Math.imul(number, 0x9e3779b1) + 0x85ebca6b) & (windowRows - 1);
  x ^= x >>> 8;
  x = Math.imul(x, 0x2c1b3c6d) & (windowRows - 1);
  return x ^ (x >>> 8);
};

/** Losses in [1, 5) nats that follow from row and step. */
const lossOf = (row, step) => 1 + (Math.imul(row ^ Math.imul(step, 0x9e3779b1), 0x85ebca6b) >>> 8) / 2 ** 22;

/** Draws, losses and weights of step after step, slots going round the domains. What a call gives is overwritten by the next.
 * @param shards of {@link shardsOf} */
export const createSteps = (shards, stepRows) => {
  const draws = createDraws(stepRows);
  const losses = new Float32Array(stepRows);
  const weights = new Float64Array(stepRows).fill(1 / stepRows);
  const drawn = shards.map(() => 0);
  const rowsOfShard = shards.map(({ blocks }) => blocks.length * blockRows);
  draws.base.fill(1);
  draws.probability.fill(1);
  return (step) => {
    for (let slot = 0; slot < stepRows; slot++) {
      const shard = slot % shards.length;
      const number = drawn[shard]++;
      const first = (number - (number % windowRows)) % rowsOfShard[shard];
      const row = first + scattered(number % windowRows);
      draws.shard[slot] = draws.domain[slot] = shard;
      draws.row[slot] = row;
      losses[slot] = lossOf(row, step);
    }
    return { draws, losses, weights };
  };
};

/** What a step's journal line records beside its place. */
export const metrics = {
  learningRate: 1e-3,
  r: 1,
  gamma: 0.123456,
  rho: 1.0456,
  ess: 12.345,
  tokens: 2048,
  ms: 120.3,
};

/** Takes a ledger through its next step, as the loop does. */
export const takeStep = async (ledger, { draws, losses, weights }) => {
  const step = ledger.step + 1;
  await ledger.applyThrough(Math.max(0, step - 2));
  ledger.expect(step, draws);
  ledger.report(step, losses);
  await ledger.commit(step, { weights, metrics });
};

/** What `openLedger` is given. */
export const setupOf = (files, folder, shards, more = {}) => ({
  files,
  folder,
  shards,
  lag: 1,
  options: {
    emaAlpha: 0.3,
    maxUncommittedSteps: 64,
    cacheBytes: 2 ** 28,
    retainSteps: null,
    reference: null,
    ...more,
  },
});

/** Writes a log of so many steps and seals it.
 * @returns where it ends */
export const writeLog = async (files, folder, shards, { steps, stepRows }) => {
  const ledger = await openLedger(setupOf(files, folder, shards));
  const stepOf = createSteps(shards, stepRows);
  for (let step = 1; step <= steps; step++) await takeStep(ledger, stepOf(step));
  await ledger.flush();
  const position = ledger.position();
  await ledger.close();
  return position;
};
