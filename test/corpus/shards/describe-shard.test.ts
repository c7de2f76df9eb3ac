import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { openCorpus } from "../../../src/corpus/corpus.ts";
import { describeShard } from "../../../src/corpus/shards/describe-shard.ts";
import { writeManifest } from "../../../src/corpus/manifest-file.ts";
import { createManifest } from "../../../src/corpus/manifest.ts";
import { createFiles } from "../../../src/files.ts";
import { arrowShard } from "../../support/arrow-shards.ts";
import { inFolder, plainParts, tokensOfShard, writeCorpus } from "../../support/corpus-on-disk.ts";

describe("a described shard", () => {
  it("is what the writer says of its own", () =>
    inFolder(async (folder) => {
      const { manifest } = await writeCorpus(folder);
      const { domain, ...entry } = manifest.shards[0]!;
      expect(domain).toBe(0);
      expect(await describeShard("shard-0.parquet", folder, manifest)).toEqual(entry);
    }));

  it("makes a corpus of Arrow shards", () =>
    inFolder(async (folder) => {
      const tokens = tokensOfShard(0, 12, 8);
      const expectation = { seqLen: 8, tokenDtype: "uint16", maxBlockBytes: 2 ** 20 } as const;
      const shards = [];
      for (const form of ["file", "stream"] as const) {
        await writeFile(join(folder, form), arrowShard(tokens, { seqLen: 8, rowsPerBatch: 5, form }));
        shards.push({ ...(await describeShard(form, folder, expectation)), domain: 0 });
      }
      expect(shards[0]!.blocks).toEqual(shards[1]!.blocks);
      const path = join(folder, "manifest.json");
      const manifest = createManifest({ ...plainParts(), ...expectation, shards });
      await writeManifest(createFiles(), path, manifest);
      const corpus = await openCorpus(path, { verify: "read", cacheBytes: 2 ** 20 });
      const target = new Uint16Array(3 * 8);
      await corpus.gather(Uint32Array.of(1, 0, 1), Uint32Array.of(11, 4, 0), target);
      const row = (number: number): Uint16Array => tokens.slice(number * 8, number * 8 + 8);
      expect(target).toEqual(Uint16Array.of(...row(11), ...row(4), ...row(0)));
      await corpus.close();
    }));
});
