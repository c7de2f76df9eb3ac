/** @file Draws: which instances a step trains on, and with what probability each was taken. The word that sampler, ledger and trainer share. */

/** M draws in slot order, as columns. Plain typed arrays: cheap to copy, to post to a worker and to write to the ledger. */
export interface Draws {
  /** M. */
  readonly size: number;
  /** Shard number in the manifest. */
  readonly shard: Uint32Array;
  /** Row in the shard, from 0. */
  readonly row: Uint32Array;
  /** Domain number in the manifest. */
  readonly domain: Uint16Array;
  /** Inclusion (windows) or draw (resident) probability, in (0, 1]; a multiple of 2^-24 for windows, so exact in float32. */
  readonly probability: Float32Array;
  /** What the probability would be without preference: K/n of its window, or 1/N resident. */
  readonly base: Float32Array;
}

/** Empty columns for M draws. */
export const createDraws = (size: number): Draws => ({
  size,
  shard: new Uint32Array(size),
  row: new Uint32Array(size),
  domain: new Uint16Array(size),
  probability: new Float32Array(size),
  base: new Float32Array(size),
});
