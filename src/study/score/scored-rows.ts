/** @file The rows that are scored, in their order, cut into batches: nothing but manifest and batch size decides it. */
import { type BlockRef, createBlockIndex } from "../../corpus/blocks/block-index.ts";
import type { Manifest } from "../../corpus/manifest.ts";
import { type Draws, createDraws } from "../../draws.ts";

/** Rows of a corpus in batches; a batch is a step of the ledger that scores go into, from 1. */
export interface ScoredRows {
  /** All training rows by shard, then row; where they are asked for, then all held-out rows likewise. */
  readonly rows: number;
  readonly batches: number;
  /** Batches of training rows; none holds rows of both kinds. */
  readonly trainingBatches: number;
  /** Rows of the first `batches` batches. */
  rowsOf(batches: number): number;
  /** The batches after the first `done`. Every row's probability and base are 1: nothing was chosen. O(rows). */
  after(done: number): Generator<Draws>;
}

interface Part {
  readonly blocks: readonly BlockRef[];
  readonly rows: number;
  readonly batches: number;
}

const partOf = (byDomain: readonly (readonly BlockRef[])[], batchSize: number): Part => {
  const blocks = byDomain.flat().toSorted((a, b) => a.shard - b.shard || a.firstRow - b.firstRow);
  const rows = blocks.reduce((sum, block) => sum + block.rows, 0);
  return { blocks, rows, batches: Math.ceil(rows / batchSize) };
};

/** Cuts a corpus' rows into batches of `batchSize`, the last of each kind smaller. O(blocks log blocks).
 * @param batchSize ≥ 1
 * @param heldOut whether held-out rows are scored too */
export const scoredRows = (manifest: Manifest, batchSize: number, heldOut: boolean): ScoredRows => {
  const index = createBlockIndex(manifest);
  const training = partOf(index.training, batchSize);
  const parts = heldOut ? [training, partOf(index.heldOut, batchSize)] : [training];
  return {
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    batches: parts.reduce((sum, { batches }) => sum + batches, 0),
    trainingBatches: training.batches,
    rowsOf: (batches) =>
      batches <= training.batches
        ? Math.min(training.rows, batches * batchSize)
        : training.rows + Math.min(parts[1]?.rows ?? 0, (batches - training.batches) * batchSize),
    *after(done) {
      let skipped = done;
      for (const part of parts) {
        if (skipped < part.batches) yield* batchesOf(part, manifest, batchSize, skipped);
        skipped = Math.max(0, skipped - part.batches);
      }
    },
  };
};

function* batchesOf(
  { blocks, rows }: Part,
  { shards }: Manifest,
  batchSize: number,
  done: number,
): Generator<Draws> {
  let skip = done * batchSize;
  let left = rows - skip;
  let batch = createDraws(Math.min(batchSize, left));
  let slot = 0;
  for (const { shard, firstRow, rows: inBlock } of blocks) {
    for (let row = Math.min(skip, inBlock); row < inBlock; row++) {
      batch.shard[slot] = shard;
      batch.row[slot] = firstRow + row;
      batch.domain[slot] = shards[shard]!.domain;
      batch.probability[slot] = 1;
      batch.base[slot] = 1;
      if (++slot < batch.size) continue;
      yield batch;
      left -= slot;
      batch = createDraws(Math.min(batchSize, left));
      slot = 0;
    }
    skip = Math.max(0, skip - inBlock);
  }
}
