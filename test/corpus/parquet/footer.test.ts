import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { openLocalSource } from "../../../src/bytes/local.ts";
import { type ParquetFooter, readParquetFooter } from "../../../src/corpus/parquet/footer.ts";
import { inFolder, writeCorpus } from "../../support/corpus-on-disk.ts";

const footerOf = async (path: string, hash?: string): Promise<ParquetFooter> => {
  const source = await openLocalSource(path, "a");
  try {
    return await readParquetFooter(source, hash);
  } finally {
    await source.close();
  }
};

describe("a Parquet footer", () => {
  it("is found, hashed and parsed, also over 64 KiB", () =>
    inFolder(async (folder) => {
      for (const rows of [12, 4000]) {
        const { manifest } = await writeCorpus(folder, { shards: [{ rows }], rowsPerBlock: 2 });
        const { bytes, footerHash } = manifest.shards[0]!;
        const footer = await footerOf(join(folder, "shard-0.parquet"), footerHash);
        expect([footer.metadata.row_groups.length, footer.hash]).toEqual([rows / 2, footerHash]);
        expect(footer.start).toBe(bytes - 8 - footer.metadata.metadata_length);
        expect(bytes - footer.start > 2 ** 16).toBe(rows === 4000);
      }
    }));

  it("is refused when cut, altered, or of another file", () =>
    inFolder(async (folder) => {
      const { manifest } = await writeCorpus(folder);
      const path = join(folder, "shard-0.parquet");
      const file = await readFile(path);
      const refused = async (content: Uint8Array, hash?: string): Promise<string> => {
        await writeFile(path, content);
        return footerOf(path, hash).then(
          () => "taken",
          (error: Error) => `${error.name}: ${error.message}`,
        );
      };
      expect(await refused(file.subarray(0, 11))).toBe(
        "ShardError: a Parquet shard must be at least 12 bytes, got 11 (a)",
      );
      expect(await refused(file.subarray(0, -1))).toBe(
        "ShardError: a Parquet shard must end with PAR1: it was cut, or is another file (a)",
      );
      const longer = Buffer.from(file);
      longer.writeUInt32LE(file.length, file.length - 8);
      expect(await refused(longer)).toBe(
        `ShardError: the footer's length must be at most ${file.length - 12}, got ${file.length} (a)`,
      );
      const shorter = Buffer.from(file);
      shorter.writeUInt32LE(9, file.length - 8);
      expect(await refused(shorter)).toContain("ShardError: the Parquet footer cannot be read: ");
      expect(await refused(file, "0".repeat(64))).toContain("the shard was altered");
      expect(await refused(file, manifest.shards[0]!.footerHash)).toBe("taken");
    }));
});
