/** @file The blocks that a run drew from, and whether their tokens are still those of the manifest. */
import type { BlockIndex, BlockRef } from "../../corpus/blocks/block-index.ts";
import type { Manifest } from "../../corpus/manifest.ts";
import { openCorpusOf } from "../../corpus/open-corpus-of.ts";
import type { CorpusOptions } from "../../corpus/options.ts";
import type { Draws } from "../../draws.ts";

/** A set of blocks: one bit for each block of the corpus. */
export class DrawnBlocks {
  readonly #index: BlockIndex;
  readonly #bits: Uint8Array;

  constructor(index: BlockIndex) {
    this.#index = index;
    this.#bits = new Uint8Array(Math.ceil(index.blocks.length / 8));
  }

  /** Adds the blocks of a step's rows. O(M). */
  add({ shard, row, size }: Draws): void {
    for (let slot = 0; slot < size; slot++) {
      const number = this.#index.numberAt(shard[slot]!, row[slot]!);
      this.#bits[number >> 3]! |= 1 << (number & 7);
    }
  }

  /** The blocks, in order. O(blocks of the corpus). */
  list(): BlockRef[] {
    return this.#index.blocks.filter((_, number) => (this.#bits[number >> 3]! & (1 << (number & 7))) !== 0);
  }
}

/** What reading tokens showed. */
export interface CheckedTokens {
  readonly blocks: number;
  readonly bytes: number;
  /** Blocks whose checksum the manifest does not know: they could be read, and no more. */
  readonly withoutChecksum: number;
}

/** Reads blocks and holds each against the manifest's checksum.
 * @param onBlock called before each block; may throw to end the reading
 * @throws {SourceError} when a shard is missing
 * @throws {ShardError} when one is altered or not the manifest's: names shard and block. O(bytes). */
export const checkTokens = async (
  corpus: CorpusOptions,
  manifest: Manifest,
  blocks: readonly BlockRef[],
  onBlock: (done: number) => void,
): Promise<CheckedTokens> => {
  if (corpus.kind === "synthetic") return { blocks: 0, bytes: 0, withoutChecksum: 0 };
  const opened = await openCorpusOf({ ...corpus, verify: "read" });
  try {
    let done = 0;
    for await (const block of opened.scan(blocks)) if (block.rows > 0) onBlock((done += 1));
  } finally {
    await opened.close();
  }
  return {
    blocks: blocks.length,
    bytes: blocks.reduce((sum, { bytes }) => sum + bytes, 0),
    withoutChecksum: blocks.filter(
      ({ shard, block }) => manifest.shards[shard]!.blocks[block]!.crc32 === null,
    ).length,
  };
};
