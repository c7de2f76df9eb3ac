import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { openShard } from "../../../src/corpus/shards/open-shard.ts";
import { arrowShard } from "../../support/arrow-shards.ts";
import { inFolder, tokensOfShard, writeCorpus } from "../../support/corpus-on-disk.ts";

const expectation = { seqLen: 8, tokenDtype: "uint16", maxBlockBytes: 2 ** 20 } as const;

describe("a shard by its address", () => {
  it("is opened by what its first bytes say", () =>
    inFolder(async (folder) => {
      await writeCorpus(folder, { rowsPerBlock: 5 });
      for (const form of ["file", "stream"] as const)
        await writeFile(
          join(folder, form),
          arrowShard(tokensOfShard(0, 12, 8), { seqLen: 8, rowsPerBatch: 5, form }),
        );
      for (const uri of ["shard-0.parquet", "file", "stream"]) {
        const shard = await openShard(uri, folder, expectation);
        expect(shard.blockRows).toEqual([5, 5, 2]);
        expect((await shard.readBlock(2, new Uint8Array(shard.bufferBytes(2)))).rows).toBe(2);
        await shard.close();
      }
    }));

  it("must be there, of the named length, and of a known format", () =>
    inFolder(async (folder) => {
      const { manifest } = await writeCorpus(folder);
      const { bytes } = manifest.shards[0]!;
      const open = (uri: string, byteLength?: number): Promise<unknown> =>
        openShard(uri, folder, expectation, byteLength);
      await expect(open("none.parquet")).rejects.toThrow("cannot open the file (none.parquet, open, ENOENT)");
      await expect(open("shard-0.parquet", bytes + 1)).rejects.toThrow(
        `the shard must be ${bytes + 1} bytes, got ${bytes} (shard-0.parquet)`,
      );
      await writeFile(join(folder, "text"), "some text");
      await expect(open("text")).rejects.toThrow(
        "a shard must be Parquet or Arrow IPC, got first bytes 736f6d652074 (text)",
      );
      await truncate(join(folder, "text"));
      await expect(open("text")).rejects.toThrow(
        "a shard must be Parquet or Arrow IPC, got an empty file (text)",
      );
    }));
});
