/** @file The table `shards`: the files of the corpus, by its manifest. */
import { type RunTable, column } from "./run-table.ts";
import type { TableSource } from "./table-source.ts";

const columns = [
  column("shard", "uint32", "shard number"),
  column("uri", "text", "its file, relative to the manifest"),
  column("domain", "uint16", "domain number"),
  column("domainName", "text", "domain"),
  column("rows", "int64", "instances"),
  column("blocks", "uint32", "blocks"),
  column("heldOutBlocks", "uint32", "blocks kept from training, for evaluation"),
  column("bytes", "int64", "length of the file"),
];

/** One batch: a manifest is in memory anyway. O(shards + held-out blocks). */
export const shardsTable = ({ run: { manifest } }: Pick<TableSource, "run">): RunTable => ({
  name: "shards",
  description: "a row for every shard of the corpus",
  columns,
  async *batches(onProgress) {
    const { shards, domains } = manifest;
    const heldOut = new Uint32Array(shards.length);
    for (const { shard } of manifest.heldOut) heldOut[shard]! += 1;
    yield {
      size: shards.length,
      values: [
        Uint32Array.from(shards.keys()),
        shards.map(({ uri }) => uri),
        Uint16Array.from(shards, ({ domain }) => domain),
        shards.map(({ domain }) => domains[domain]!.name),
        shards.map(({ rows }) => rows),
        Uint32Array.from(shards, ({ blocks }) => blocks.length),
        heldOut,
        shards.map(({ bytes }) => bytes),
      ],
    };
    onProgress("shards", shards.length, shards.length);
  },
});
