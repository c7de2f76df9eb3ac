/** @file Opens all shards of a manifest and holds each against its entry. */
import { ShardError } from "../../errors.ts";
import type { Manifest } from "../manifest.ts";
import { openShard } from "./open-shard.ts";
import { type Shard, putBack } from "./shard.ts";

const opensAtOnce = 8;

/** Opens every shard, eight at a time: length, footer hash and rows of blocks must be the manifest's.
 * @param folder where relative uris start: the manifest's folder
 * @throws {SourceError} when a shard is missing
 * @throws {ShardError} when one is damaged or altered; those opened are closed again. O(shards), two reads each. */
export const openShards = async (manifest: Manifest, folder: string): Promise<Shard[]> => {
  const { seqLen, tokenDtype, maxBlockBytes } = manifest;
  const shards: Shard[] = [];
  const entries = manifest.shards.entries();
  const worker = async (): Promise<void> => {
    for (const [number, { uri, bytes, footerHash, blocks }] of entries) {
      const shard = await openShard(uri, folder, { seqLen, tokenDtype, maxBlockBytes, footerHash }, bytes);
      shards[number] = shard;
      const wanted = blocks.map(({ rows }) => rows);
      const block = shard.blockRows.findIndex((rows, i) => rows !== wanted[i]);
      if (block >= 0 || shard.blockRows.length !== wanted.length)
        throw new ShardError(
          `rows of the shard's blocks must be ${shortList(wanted)}, got ${shortList(shard.blockRows)}`,
          { uri, ...(block >= 0 && { block }), hint: putBack },
        );
    }
  };
  const results = await Promise.allSettled(Array.from({ length: opensAtOnce }, worker));
  const failure = results.find((result) => result.status === "rejected");
  if (failure === undefined) return shards;
  await Promise.allSettled(shards.filter(Boolean).map((shard) => shard.close()));
  throw failure.reason;
};

const shortList = (values: readonly number[]): string =>
  values.length <= 8 ? values.join(" ") : `${values.slice(0, 8).join(" ")} … (${values.length} blocks)`;
