/** @file A corpus of instances without content: a row's two tokens are its ordinal, and there are no files. */
import { createHash } from "node:crypto";

import { SourceError } from "../errors.ts";
import { createBlockIndex } from "./blocks/block-index.ts";
import { type Block, createBlock } from "./blocks/block.ts";
import type { BlockRef, Corpus } from "./corpus.ts";
import { checkRoom } from "./blocks/gather-rows.ts";
import { type Manifest, type ManifestBlock, createManifest } from "./manifest.ts";
import type { SyntheticOptions } from "./options.ts";

/** L: an ordinal's low and high 32 bits. */
const seqLen = 2;
const rowBytes = 4 * seqLen;
const heldOut = 1;

const hashOf = (words: string): string => createHash("sha256").update(words, "utf8").digest("hex");

const blocksOf = (rows: number, blockRows: number): ManifestBlock[] =>
  Array.from({ length: Math.ceil(rows / blockRows) }, (_, block) => ({
    rows: Math.min(blockRows, rows - block * blockRows),
    crc32: null,
  }));

/** The manifest that such a corpus would have: shard 0 to train on, shard 1 held out, one domain. O(blocks). */
const describe = ({ instances, heldOut: heldOutRows, blockRows }: SyntheticOptions): Manifest => {
  const shardOf = (uri: string, rows: number): Manifest["shards"][number] => ({
    uri,
    domain: 0,
    rows,
    bytes: rows * rowBytes,
    footerHash: hashOf("ordinals"),
    blocks: blocksOf(rows, blockRows),
  });
  const shards = [shardOf("training", instances), shardOf("held-out", heldOutRows)];
  return createManifest({
    seqLen,
    tokenDtype: "uint32",
    tokenizer: {
      kind: "ordinals",
      name: "ordinals",
      hash: hashOf("ordinals"),
      vocabSize: 2 ** 32,
      uri: "none",
      endOfText: 0,
    },
    maxBlockBytes: blockRows * rowBytes,
    domains: [
      {
        name: "synthetic",
        documents: instances,
        tokens: instances * seqLen,
        bytes: 0,
        heldOutTokens: heldOutRows * seqLen,
        heldOutBytes: 0,
      },
    ],
    shards,
    heldOut: shards[heldOut]!.blocks.map((_, block) => ({ shard: heldOut, block })),
  });
};

/** A corpus that is nothing but its options: rows [0, instances) of shard 0 have those ordinals, rows of shard 1 the ones
 * after them. Its fingerprint is a function of the options. */
export const createSyntheticCorpus = (options: SyntheticOptions): Corpus => {
  const manifest = describe(options);
  const index = createBlockIndex(manifest);
  // The words fit: checkRoom has seen to uint32.
  const write = (ordinal: number, target: Uint16Array | Uint32Array, at: number): void => {
    target[at] = ordinal >>> 0;
    target[at + 1] = Math.floor(ordinal / 2 ** 32);
  };
  const readBlock = ({ shard, block, rows, firstRow }: BlockRef, signal?: AbortSignal): Block => {
    if (signal?.aborted)
      throw new SourceError("the read was aborted", {
        uri: manifest.shards[shard]!.uri,
        block,
        retryable: true,
      });
    const ordinals = new Uint32Array(rows * seqLen);
    const first = index.ordinalOf(shard, firstRow);
    for (let row = 0; row < rows; row++) write(first + row, ordinals, row * seqLen);
    return createBlock([new Uint8Array(ordinals.buffer)], rowBytes);
  };
  return {
    manifest,
    instances: index.instances,
    bytesRead: 0,
    blocksOf: (domain) => index.training[domain] ?? [],
    heldOutBlocksOf: (domain) => index.heldOut[domain] ?? [],
    readBlock: async (ref, signal) => readBlock(ref, signal),
    async *scan(refs, signal) {
      for (const ref of refs) yield readBlock(ref, signal);
    },
    async gather(shard, row, target) {
      checkRoom(manifest, { shard, row }, target);
      for (let slot = 0; slot < row.length; slot++)
        write(index.ordinalOf(shard[slot]!, row[slot]!), target, slot * seqLen);
    },
    prefetch: () => undefined,
    ordinalOf: (shard, row) => index.ordinalOf(shard, row),
    close: async () => undefined,
  };
};
