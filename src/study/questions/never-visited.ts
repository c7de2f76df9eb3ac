/** @file Training instances whose loss a run has never measured. */
import type { BlockIndex, BlockRef } from "../../corpus/blocks/block-index.ts";
import type { Instance } from "../replay/instance-name.ts";
import type { InstanceStatistics } from "./instance-statistics.ts";

/** A domain's training instances and how many of them have no loss. */
export interface DomainNeverVisited {
  readonly instances: number;
  readonly neverVisited: number;
  /** Some of them, spread evenly over their order by shard, then row. */
  readonly sample: readonly Instance[];
}

/** Counts and samples, by domain, training instances without a finite loss.
 * Memory: a bit for each row of the visited blocks. O(blocks + instances visited + most · rows of a block).
 * @param most instances to name for each domain; of its n that were never visited number ⌊(i + ½)·n/most⌋ for i < most, or all
 *   where n ≤ most
 * @returns index = domain number
 * @throws {SamplerError} when the corpus has no such row as the statistics speak of */
export const neverVisited = (
  { size, shard, row }: Pick<InstanceStatistics, "size" | "shard" | "row">,
  index: BlockIndex,
  most: number,
): DomainNeverVisited[] => {
  const visited = new Map<number, BlockVisits>();
  for (let at = 0; at < size; at++) {
    const number = index.numberAt(shard[at]!, row[at]!);
    const { firstRow, rows } = index.blocks[number]!;
    const visits = visited.get(number) ?? { count: 0, bits: new Uint8Array(Math.ceil(rows / 8)) };
    const bit = row[at]! - firstRow;
    visits.bits[bit >> 3]! |= 1 << (bit & 7);
    visits.count++;
    visited.set(number, visits);
  }
  const visitsOf = ({ shard, block }: BlockRef): BlockVisits | undefined =>
    visited.get(index.numberOf(shard, block));
  return index.training.map((blocks) => {
    const missing = blocks.map((block) => block.rows - (visitsOf(block)?.count ?? 0));
    const total = missing.reduce((sum, rows) => sum + rows, 0);
    const named = Math.min(most, total);
    const sample: Instance[] = [];
    let before = 0;
    for (const [at, block] of blocks.entries()) {
      const ranks: number[] = [];
      for (let next = sample.length; next < named; next++) {
        const rank = Math.floor(((next + 0.5) * total) / named) - before;
        if (rank >= missing[at]!) break;
        ranks.push(rank);
      }
      if (ranks.length > 0) sample.push(...missingRows(block, visitsOf(block), ranks));
      before += missing[at]!;
    }
    return { instances: blocks.reduce((sum, { rows }) => sum + rows, 0), neverVisited: total, sample };
  });
};

/** Visited rows of a block. */
interface BlockVisits {
  count: number;
  /** Lowest bit first, 1 where the row was visited. */
  readonly bits: Uint8Array;
}

/** The rows of a block that are number `ranks` (ascending) of those not visited. O(rows). */
const missingRows = (
  { shard, firstRow, rows }: BlockRef,
  visits: BlockVisits | undefined,
  ranks: readonly number[],
): Instance[] => {
  const found: Instance[] = [];
  for (let row = 0, rank = 0; row < rows && found.length < ranks.length; row++) {
    if (((visits?.bits[row >> 3] ?? 0) & (1 << (row & 7))) !== 0) continue;
    if (ranks[found.length] === rank) found.push({ shard, row: firstRow + row });
    rank++;
  }
  return found;
};
