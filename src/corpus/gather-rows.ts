/** @file Rows of many blocks into one batch. */
import { SamplerError, mustBe } from "../errors.ts";
import type { BlockCache, HeldBlock } from "./block-cache.ts";
import type { BlockIndex } from "./block-index.ts";
import { type Manifest, tokenBytes } from "./manifest.ts";

/** Which rows, shape [M] each. */
export interface RowColumns {
  readonly shard: Uint32Array;
  readonly row: Uint32Array;
}

/** Copies rows into `target`, shape [M, L], slot order: (1) find each slot's block, (2) have all of them in memory, (3) copy row by row, (4) let them go.
 * @throws {SamplerError} when a row does not exist or `target` does not fit. Reads fail as the cache's loader does. */
export const gatherRows = async (
  manifest: Pick<Manifest, "seqLen" | "tokenDtype">,
  index: BlockIndex,
  cache: BlockCache,
  { shard, row }: RowColumns,
  target: Uint16Array | Uint32Array,
): Promise<void> => {
  const width = tokenBytes(manifest.tokenDtype);
  const rowBytes = manifest.seqLen * width;
  const wanted = `${manifest.tokenDtype}[${row.length * manifest.seqLen}]`;
  if (
    target.BYTES_PER_ELEMENT !== width ||
    target.byteLength !== row.length * rowBytes ||
    shard.length !== row.length
  )
    throw new SamplerError(
      mustBe("room for a batch", wanted, `uint${8 * target.BYTES_PER_ELEMENT}[${target.length}]`),
    );
  const numbers = Array.from(row, (at, slot) => index.numberAt(shard[slot]!, at));
  const held = new Map<number, HeldBlock>();
  try {
    await holdAll(cache, new Set(numbers), held);
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    for (const [slot, number] of numbers.entries())
      held.get(number)!.block.copyRow(row[slot]! - index.blocks[number]!.firstRow, bytes, slot * rowBytes);
  } finally {
    for (const one of held.values()) cache.release(one);
  }
};

/** Puts every block into `held`, also those that came before one failed, so that all can be let go. */
const holdAll = async (
  cache: BlockCache,
  numbers: Set<number>,
  held: Map<number, HeldBlock>,
): Promise<void> => {
  const missing: number[] = [];
  for (const number of numbers) {
    const one = cache.hold(number);
    if (one === undefined) missing.push(number);
    else held.set(number, one);
  }
  if (missing.length === 0) return;
  const results = await Promise.allSettled(
    missing.map(async (number) => held.set(number, await cache.fetch(number))),
  );
  const failure = results.find((result) => result.status === "rejected");
  if (failure !== undefined) throw failure.reason;
};
