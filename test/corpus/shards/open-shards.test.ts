import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { openShards } from "../../../src/corpus/shards/open-shards.ts";
import { inFolder, writeCorpus } from "../../support/corpus-on-disk.ts";

describe("the shards of a manifest", () => {
  it("are all opened, in order", () =>
    inFolder(async (folder) => {
      const rows = Array.from({ length: 20 }, (_, number) => number + 1);
      const { manifest } = await writeCorpus(folder, {
        shards: rows.map((rows) => ({ rows })),
        rowsPerBlock: 99,
      });
      const shards = await openShards(manifest, folder);
      expect(shards.map(({ blockRows }) => blockRows)).toEqual(rows.map((rows) => [rows]));
      await Promise.all(shards.map((shard) => shard.close()));
    }));

  it("must have the blocks that the manifest names", () =>
    inFolder(async (folder) => {
      const { manifest } = await writeCorpus(folder, { shards: [{ rows: 12 }], rowsPerBlock: 5 });
      const [shard] = manifest.shards;
      const cutAs = (rows: number[]): Promise<unknown> => {
        const blocks = rows.map((count) => ({ rows: count, crc32: null }));
        return openShards({ ...manifest, shards: [{ ...shard!, blocks }] }, folder);
      };
      await expect(cutAs([5, 4, 3])).rejects.toThrow(
        "rows of the shard's blocks must be 5 4 3, got 5 5 2 (shard-0.parquet, block 1)",
      );
      await expect(cutAs([5, 5, 2, 1])).rejects.toThrow("must be 5 5 2 1, got 5 5 2 (shard-0.parquet)");
      await expect(cutAs(Array.from({ length: 12 }, () => 1))).rejects.toThrow(
        "must be 1 1 1 1 1 1 1 1 … (12 blocks), got 5 5 2 (shard-0.parquet, block 0)",
      );
    }));

  it("fail as one when one is damaged", () =>
    inFolder(async (folder) => {
      const { manifest } = await writeCorpus(folder, {
        shards: Array.from({ length: 9 }, () => ({ rows: 3 })),
      });
      await writeFile(join(folder, "shard-5.parquet"), "short");
      await expect(openShards(manifest, folder)).rejects.toThrow(
        /^the shard must be \d+ bytes, got 5 \(shard-5/,
      );
    }));
});
