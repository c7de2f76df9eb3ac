import { describe, expect, it } from "vitest";

import { openCorpus } from "../../../src/corpus/corpus.ts";
import { createFiles } from "../../../src/files.ts";
import { planOf, seqLen, streamsOf } from "../../../src/study/benchmark/plan.ts";
import { writeSyntheticCorpus } from "../../../src/study/benchmark/synthetic-corpus.ts";
import { inFolder } from "../../support/corpus-on-disk.ts";

const files = createFiles();

describe("writeSyntheticCorpus", () => {
  it("writes the blocks that the plan's streams name, of sound rows that differ", () =>
    inFolder(async (folder) => {
      const plan = { ...planOf(1000), shardsPerDomain: 2, rowsPerShard: 125, instances: 1000 };
      const { manifestPath, shardPaths } = await writeSyntheticCorpus(files, folder, plan, () => undefined);
      expect(shardPaths).toHaveLength(4);
      const corpus = await openCorpus(manifestPath, { verify: "read", cacheBytes: plan.cacheBytes });
      try {
        expect(corpus.instances).toBe(1000);
        for (const { domain, blocks } of streamsOf(plan))
          expect(corpus.blocksOf(domain)).toMatchObject(blocks);
        const tokens = new Uint16Array(3 * seqLen);
        // Shards 0 and 1 name one file, shard 2 another.
        await corpus.gather(Uint32Array.of(0, 1, 2), Uint32Array.of(77, 77, 77), tokens);
        const [first, second, third] = [0, 1, 2].map((at) => tokens.slice(at * seqLen, (at + 1) * seqLen));
        expect(second).toEqual(first);
        expect(third).not.toEqual(first);
        expect(new Set(first).size).toBeGreaterThan(500);
      } finally {
        await corpus.close();
      }
    }));

  it("asks before every file whether to go on", () =>
    inFolder(async (folder) => {
      let asked = 0;
      const stop = (): void => {
        if (++asked === 2) throw new RangeError("stopped");
      };
      await expect(writeSyntheticCorpus(files, folder, planOf(1000), stop)).rejects.toThrow("stopped");
      expect(await files.list(folder)).toEqual(["domain-0.parquet"]);
    }));
});
