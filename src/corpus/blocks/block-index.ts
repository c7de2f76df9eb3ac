/** @file Which blocks a corpus has and in which a row lies: numbers from the manifest alone. */
import { SamplerError, mustBe } from "../../errors.ts";
import { type Manifest, tokenBytes } from "../manifest.ts";

/** A block as samplers see it. */
export interface BlockRef {
  /** Shard number. */
  readonly shard: number;
  /** Number in the shard. */
  readonly block: number;
  /** Row of the shard it starts with. */
  readonly firstRow: number;
  readonly rows: number;
  /** Token bytes: rows × L × bytes of a token. */
  readonly bytes: number;
}

/** Blocks of a corpus, numbered by shard, then block. */
export interface BlockIndex {
  readonly blocks: readonly BlockRef[];
  readonly instances: number;
  /** Training and held-out blocks by domain number. */
  readonly training: readonly (readonly BlockRef[])[];
  readonly heldOut: readonly (readonly BlockRef[])[];
  /** Number of a block. */
  numberOf(shard: number, block: number): number;
  /** Number of the block in which a row lies. O(1) where a shard's blocks but the last are alike.
   * @throws {SamplerError} when the corpus has no such row */
  numberAt(shard: number, row: number): number;
  /** An instance's place in the corpus, in [0, instances). */
  ordinalOf(shard: number, row: number): number;
}

/** Numbers the blocks of a manifest. O(blocks). */
export const createBlockIndex = (manifest: Manifest): BlockIndex => {
  const rowBytes = manifest.seqLen * tokenBytes(manifest.tokenDtype);
  const blocks: BlockRef[] = [];
  const firstBlocks: number[] = [];
  const firstOrdinals: number[] = [];
  let instances = 0;
  for (const [shard, entry] of manifest.shards.entries()) {
    firstBlocks.push(blocks.length);
    firstOrdinals.push(instances);
    let firstRow = 0;
    for (const [block, { rows }] of entry.blocks.entries()) {
      blocks.push({ shard, block, firstRow, rows, bytes: rows * rowBytes });
      firstRow += rows;
    }
    instances += entry.rows;
  }
  const numberOf = (shard: number, block: number): number => firstBlocks[shard]! + block;
  const heldOut = new Set(manifest.heldOut.map(({ shard, block }) => numberOf(shard, block)));
  const byDomain = (held: boolean): BlockRef[][] => {
    const lists: BlockRef[][] = manifest.domains.map(() => []);
    for (const [number, ref] of blocks.entries())
      if (heldOut.has(number) === held) lists[manifest.shards[ref.shard]!.domain]!.push(ref);
    return lists;
  };
  const shardRows = Float64Array.from(manifest.shards, ({ rows }) => rows);
  const checkRow = (shard: number, row: number): void => {
    if (row < shardRows[shard]!) return;
    if (shardRows[shard] === undefined)
      throw new SamplerError(mustBe("shard of a draw", `below ${shardRows.length}`, shard));
    const { uri, rows } = manifest.shards[shard]!;
    throw new SamplerError(mustBe("row of a draw", `below ${rows}`, row), { uri });
  };
  return {
    blocks,
    instances,
    training: byDomain(false),
    heldOut: byDomain(true),
    numberOf,
    numberAt(shard, row) {
      checkRow(shard, row);
      const first = firstBlocks[shard]!;
      const last = (firstBlocks[shard + 1] ?? blocks.length) - 1;
      let number = Math.min(first + Math.trunc(row / blocks[first]!.rows), last);
      while (blocks[number]!.firstRow > row) number--;
      while (blocks[number]!.firstRow + blocks[number]!.rows <= row) number++;
      return number;
    },
    ordinalOf(shard, row) {
      checkRow(shard, row);
      return firstOrdinals[shard]! + row;
    },
  };
};
