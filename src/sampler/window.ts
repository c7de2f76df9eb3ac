/** @file Windows: how a pass over blocks is cut into runs that are open, and scored, at once. */

/** What the sampler knows of a block of the corpus: rows firstRow … firstRow + rows − 1 of a shard, `bytes` long as stored. */
export interface SampledBlock {
  readonly shard: number;
  readonly firstRow: number;
  readonly rows: number;
  readonly bytes: number;
}

/** G, blocks open at once: max(1, min(⌊windowBytes / blockBytes⌋, ⌊blocks / 4⌋)), blockBytes the largest block's, so that a
 * window stays within windowBytes unless one block exceeds it, and a pass has at least four windows where it can. */
export const blocksPerWindow = (blocks: readonly SampledBlock[], windowBytes: number): number => {
  const blockBytes = blocks.reduce((largest, block) => Math.max(largest, block.bytes), 1);
  return Math.max(1, Math.min(Math.floor(windowBytes / blockBytes), Math.floor(blocks.length / 4)));
};

/** The blocks of one window, in the pass's order, with where their rows lie among the window's n rows. */
export interface Window {
  readonly pass: number;
  /** Number of the window in its pass, from 0. */
  readonly number: number;
  readonly blocks: readonly SampledBlock[];
  /** Shape [blocks]: row i of the window is in the first block whose end exceeds i. The last is n. */
  readonly ends: Uint32Array;
}

/** Window `number` of a pass: places [number·G, (number + 1)·G) of its block order; the last may be shorter. O(G). */
export const windowAt = (
  blocks: readonly SampledBlock[],
  order: Uint32Array,
  pass: number,
  number: number,
  perWindow: number,
): Window => {
  const chosen = Array.from(
    order.subarray(number * perWindow, (number + 1) * perWindow),
    (block) => blocks[block]!,
  );
  let end = 0;
  return { pass, number, blocks: chosen, ends: Uint32Array.from(chosen, (block) => (end += block.rows)) };
};

/** n, rows of a window. */
export const rowsOf = (window: Window): number => window.ends.at(-1) ?? 0;

/** Shard and row of row `index` of a window. O(log G). */
export const locate = (window: Window, index: number): { shard: number; row: number } => {
  let low = 0;
  let high = window.ends.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (window.ends[middle]! > index) high = middle;
    else low = middle + 1;
  }
  const block = window.blocks[low]!;
  return { shard: block.shard, row: block.firstRow + block.rows - (window.ends[low]! - index) };
};
