/** @file Reads blocks of a corpus from their shards and checks each against the manifest the first time. */
import { ShardError, SourceError, mustBe } from "../../errors.ts";
import type { BlockLoader } from "./block-cache.ts";
import type { BlockIndex } from "./block-index.ts";
import { checksumOf } from "./block.ts";
import type { Manifest } from "../manifest.ts";
import { type Shard, putBack } from "../shards/shard.ts";

/** Loads blocks by number. */
export interface BlockReader extends BlockLoader {
  /** Bytes read so far. */
  readonly bytesRead: number;
  /** The same reader under a signal that aborts its reads. */
  under(signal: AbortSignal | undefined): BlockLoader;
}

/** A reader over open shards.
 * @param verify "read" compares a block's CRC-32 with the manifest's, where that has one, the first time the block is read */
export const createBlockReader = (
  manifest: Manifest,
  index: BlockIndex,
  shards: readonly Shard[],
  verify: "read" | "off",
): BlockReader => {
  const checked = new Uint8Array(index.blocks.length);
  let bytesRead = 0;
  const bufferBytes = (number: number): number => {
    const { shard, block } = index.blocks[number]!;
    return shards[shard]!.bufferBytes(block);
  };
  const under = (signal: AbortSignal | undefined): BlockLoader => ({
    bufferBytes,
    async load(number, buffer) {
      const { shard, block, firstRow } = index.blocks[number]!;
      const { uri, blocks } = manifest.shards[shard]!;
      if (signal?.aborted) throw new SourceError("the read was aborted", { uri, block, retryable: true });
      const read = await shards[shard]!.readBlock(block, buffer, signal);
      bytesRead += bufferBytes(number);
      const wanted = blocks[block]!.crc32;
      if (verify === "off" || wanted === null || checked[number] === 1) return read;
      const got = checksumOf(read);
      if (got !== wanted)
        throw new ShardError(mustBe("checksum of the block", hexadecimal(wanted), hexadecimal(got)), {
          uri,
          block,
          row: firstRow,
          hint: putBack,
        });
      checked[number] = 1;
      return read;
    },
  });
  return {
    ...under(undefined),
    under,
    get bytesRead() {
      return bytesRead;
    },
  };
};

const hexadecimal = (checksum: number): string => checksum.toString(16).padStart(8, "0");
