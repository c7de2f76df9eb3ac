/** @file Rows of many blocks into one batch. */
import { SamplerError } from "../../errors.ts";
import type { BlockCache, HeldBlock } from "./block-cache.ts";
import type { BlockIndex } from "./block-index.ts";
import { type Manifest, tokenBytes } from "../manifest.ts";

/** Which rows, shape [M] each. */
export interface RowColumns {
  readonly shard: Uint32Array;
  readonly row: Uint32Array;
}

/** Checks that a batch has room for the rows asked for.
 * @throws {SamplerError} when `target` is not [M, L] of the corpus' dtype, or there is not a shard to every row */
export const checkRoom = (
  { seqLen, tokenDtype }: Pick<Manifest, "seqLen" | "tokenDtype">,
  { shard, row }: RowColumns,
  target: Uint16Array | Uint32Array,
): void => {
  const size = row.length;
  if (
    target.BYTES_PER_ELEMENT !== tokenBytes(tokenDtype) ||
    target.length !== size * seqLen ||
    shard.length !== size
  )
    throw new SamplerError(
      `room for ${size} rows must be ${tokenDtype}[${size * seqLen}], got uint${8 * target.BYTES_PER_ELEMENT}[${target.length}]`,
    );
};

/** Copies rows into `target`, shape [M, L], slot order: (1) find each slot's block, (2) have all of them in memory, (3) copy.
 * @throws {SamplerError} when a row does not exist or `target` does not fit. Reads fail as the cache's loader does. */
export const gatherRows = async (
  manifest: Pick<Manifest, "seqLen" | "tokenDtype">,
  index: BlockIndex,
  cache: BlockCache,
  columns: RowColumns,
  target: Uint16Array | Uint32Array,
): Promise<void> => {
  checkRoom(manifest, columns, target);
  const rowBytes = tokenBytes(manifest.tokenDtype) * manifest.seqLen;
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  if (copyFrom(cache, index, columns, bytes, rowBytes)) return;
  const numbers = new Set<number>();
  for (const [slot, row] of columns.row.entries()) numbers.add(index.numberAt(columns.shard[slot]!, row));
  const held = new Map<number, HeldBlock>();
  try {
    await holdAll(cache, numbers, held);
    copyFrom({ peek: (number) => held.get(number)?.block }, index, columns, bytes, rowBytes);
  } finally {
    for (const one of held.values()) one.release();
  }
};

/** Copies all rows when all their blocks are there; says whether they were. */
const copyFrom = (
  blocks: Pick<BlockCache, "peek">,
  index: BlockIndex,
  { shard, row }: RowColumns,
  target: Uint8Array,
  rowBytes: number,
): boolean => {
  const rows: Uint8Array[] = [];
  for (let slot = 0; slot < row.length; slot++) {
    const number = index.numberAt(shard[slot]!, row[slot]!);
    const block = blocks.peek(number);
    if (block === undefined) return false;
    rows.push(block.rowAt(row[slot]! - index.blocks[number]!.firstRow));
  }
  // Copied in a loop of its own: 187 against 285 ns for rows of 1 KiB that lie far apart.
  for (let slot = 0; slot < rows.length; slot++) target.set(rows[slot]!, slot * rowBytes);
  return true;
};

/** Puts every block into `held`, also those that came before one failed, so that all can be let go. */
const holdAll = async (
  cache: BlockCache,
  numbers: ReadonlySet<number>,
  held: Map<number, HeldBlock>,
): Promise<void> => {
  const results = await Promise.allSettled(
    Array.from(numbers, async (number) => held.set(number, await cache.fetch(number))),
  );
  const failure = results.find((result) => result.status === "rejected");
  if (failure !== undefined) throw failure.reason;
};
