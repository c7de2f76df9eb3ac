/** @file What a manifest says of a shard, found by reading the shard. */
import { checksumOf } from "../blocks/block.ts";
import type { ManifestBlock, ManifestShard } from "../manifest.ts";
import { openShard } from "./open-shard.ts";
import type { ShardExpectation } from "./shard.ts";

/** Describes a shard that our writer did not write: its length, footer, blocks and their checksums.
 * @throws {ShardError} when it is not of a layout we read. O(bytes): every block is read once. */
export const describeShard = async (
  uri: string,
  folder: string,
  expectation: ShardExpectation,
): Promise<Omit<ManifestShard, "domain">> => {
  const shard = await openShard(uri, folder, expectation);
  try {
    const blocks: ManifestBlock[] = [];
    for (const [block, rows] of shard.blockRows.entries()) {
      const buffer = new Uint8Array(shard.bufferBytes(block));
      blocks.push({ rows, crc32: checksumOf(await shard.readBlock(block, buffer)) });
    }
    const rows = blocks.reduce((total, block) => total + block.rows, 0);
    return { uri, rows, bytes: shard.byteLength, footerHash: shard.footerHash, blocks };
  } finally {
    await shard.close();
  }
};
