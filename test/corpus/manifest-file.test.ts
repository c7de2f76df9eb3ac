import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { readManifest, writeManifest } from "../../src/corpus/manifest-file.ts";
import { createFiles } from "../../src/files.ts";
import { inFolder, writeCorpus } from "../support/corpus-on-disk.ts";

describe("a manifest on disk", () => {
  it("comes back as it was, one line a shard", () =>
    inFolder(async (folder) => {
      const { manifestPath, manifest } = await writeCorpus(folder, {
        shards: [{ rows: 12 }, { rows: 3, domain: 1 }],
        heldOut: [{ shard: 0, block: 2 }],
      });
      expect(await readManifest(manifestPath)).toEqual(manifest);
      const lines = (await readFile(manifestPath, "utf8")).split("\n");
      expect(lines.filter((line) => line.includes('"footerHash"'))).toHaveLength(2);
      const again = join(folder, "again.json");
      await writeManifest(createFiles(), again, await readManifest(manifestPath));
      expect(await readFile(again)).toEqual(await readFile(manifestPath));
    }));

  it("is refused when missing, damaged, altered or newer", () =>
    inFolder(async (folder) => {
      const { manifestPath: path } = await writeCorpus(folder);
      const text = await readFile(path, "utf8");
      const refused = async (content: string): Promise<string> => {
        await writeFile(path, content);
        const error: Error = await readManifest(path).then(
          () => expect.unreachable(),
          (thrown: Error) => thrown,
        );
        expect(error.name).toBe("ShardError");
        return error.message;
      };
      expect(await refused(text.slice(0, -9))).toBe(`the manifest is damaged: it is not JSON (${path})`);
      expect(await refused(text.replace('"seqLen": 8', '"seqLen": 1'))).toBe(
        `the manifest is damaged: seqLen: Too small: expected number to be >=2 (${path})`,
      );
      expect(await refused(text.replace('"seqLen": 8', '"seqLen": 9'))).toBe(
        `the manifest was altered: its fingerprint is not that of its content (${path})`,
      );
      expect(await refused(text.replace('"formatVersion": 1', '"formatVersion": 2'))).toBe(
        `formatVersion of a manifest must be 1, got 2 (${path})`,
      );
      expect(await refused("null")).toContain("the whole: ");
      const none = join(folder, "none.json");
      await expect(readManifest(none)).rejects.toThrow(
        `the corpus' manifest does not exist (corpus.manifest, ${none})`,
      );
      await expect(readManifest(none)).rejects.toMatchObject({ code: "CW_CONFIG" });
    }));
});
