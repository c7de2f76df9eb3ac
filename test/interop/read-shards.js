/** @file Reads shards that others wrote and prints the SHA-256 of their tokens: node test/interop/read-shards.js SEQ_LEN DTYPE MAX_BLOCK_BYTES SHARD… */
import { createHash } from "node:crypto";

import { openShard } from "../../dist/corpus/shards/open-shard.js";

const [seqLen, tokenDtype, maxBlockBytes, ...paths] = process.argv.slice(2);
const expectation = { seqLen: Number(seqLen), tokenDtype, maxBlockBytes: Number(maxBlockBytes) };

for (const path of paths) {
  const shard = await openShard(path, ".", expectation);
  const hash = createHash("sha256");
  for (const block of shard.blockRows.keys()) {
    const { pages } = await shard.readBlock(block, new Uint8Array(shard.bufferBytes(block)));
    for (const page of pages) hash.update(page);
  }
  console.log(`${hash.digest("hex")} ${shard.blockRows.length}`);
  await shard.close();
}
