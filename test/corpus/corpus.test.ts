import { join } from "node:path";
import { rm } from "node:fs/promises";
import { describe, expect, it } from "vitest";

import { type Corpus, openCorpus } from "../../src/corpus/corpus.ts";
import { type CorpusPlan, inFolder, tokensOfShard, writeCorpus } from "../support/corpus-on-disk.ts";

const options = { verify: "read", cacheBytes: 2 ** 20 } as const;
const withCorpus = <T>(
  plan: CorpusPlan,
  work: (corpus: Corpus, folder: string) => Promise<T>,
  change: { cacheBytes?: number } = {},
): Promise<T> =>
  inFolder(async (folder) => {
    const { manifestPath } = await writeCorpus(folder, plan);
    const corpus = await openCorpus(manifestPath, { ...options, ...change });
    try {
      return await work(corpus, folder);
    } finally {
      await corpus.close();
    }
  });

const plan = {
  shards: [{ rows: 12 }, { rows: 7, domain: 1 }, { rows: 5 }],
  heldOut: [{ shard: 0, block: 1 }],
} as const;
const rowOf = (shard: number, row: number): Uint16Array => tokensOfShard(shard, row + 1, 8).slice(row * 8);

describe("an open corpus", () => {
  it("has blocks by domain, and instances by place", () =>
    withCorpus(plan, async (corpus) => {
      const named = (refs: readonly { shard: number; block: number }[]): number[][] =>
        refs.map(({ shard, block }) => [shard, block]);
      await Promise.resolve();
      expect(named(corpus.blocksOf(0))).toEqual([
        [0, 0],
        [0, 2],
        [2, 0],
      ]);
      expect(named(corpus.blocksOf(1))).toEqual([
        [1, 0],
        [1, 1],
      ]);
      expect(named(corpus.heldOutBlocksOf(0))).toEqual([[0, 1]]);
      expect([corpus.blocksOf(2), corpus.heldOutBlocksOf(1)]).toEqual([[], []]);
      expect([corpus.instances, corpus.ordinalOf(1, 3), corpus.bytesRead]).toEqual([24, 15, 0]);
    }));

  it("gathers rows of any shards into a batch", () =>
    withCorpus(plan, async (corpus) => {
      const target = new Uint16Array(4 * 8);
      await corpus.gather(Uint32Array.of(2, 0, 1, 0), Uint32Array.of(4, 11, 6, 0), target);
      expect(target).toEqual(Uint16Array.of(...rowOf(2, 4), ...rowOf(0, 11), ...rowOf(1, 6), ...rowOf(0, 0)));
      const before = corpus.bytesRead;
      await corpus.gather(Uint32Array.of(2), Uint32Array.of(0), target.subarray(0, 8));
      expect(corpus.bytesRead).toBe(before);
      await expect(
        corpus.gather(Uint32Array.of(3), Uint32Array.of(0), target.subarray(0, 8)),
      ).rejects.toThrow("shard of a draw must be below 3, got 3");
    }));

  it("scans blocks in order without keeping them, and lends blocks that stay as they are", () =>
    withCorpus(
      plan,
      async (corpus) => {
        const seen: number[] = [];
        for await (const block of corpus.scan(corpus.blocksOf(0))) seen.push(block.rows);
        expect(seen).toEqual([5, 2, 5]);
        const lent = await corpus.readBlock(corpus.blocksOf(0)[0]!);
        const before = lent.rowAt(4).slice();
        for (const ref of [...corpus.blocksOf(0), ...corpus.blocksOf(1)]) await corpus.readBlock(ref);
        expect(lent.rowAt(4)).toEqual(before);
        expect(new Uint16Array(before.buffer)).toEqual(rowOf(0, 4));
      },
      { cacheBytes: 3 * 80 },
    ));

  it("reads ahead what is then in memory", () =>
    withCorpus(plan, async (corpus) => {
      corpus.prefetch(corpus.blocksOf(1));
      while (corpus.bytesRead < 7 * 16) await new Promise((done) => setImmediate(done));
      const { bytesRead } = corpus;
      await corpus.gather(Uint32Array.of(1, 1), Uint32Array.of(0, 6), new Uint16Array(16));
      expect(corpus.bytesRead).toBe(bytesRead);
    }));

  it("lets a reader leave by its signal", () =>
    withCorpus(plan, async (corpus) => {
      const [ref] = corpus.blocksOf(0);
      await expect(corpus.readBlock(ref!, AbortSignal.abort())).rejects.toThrow(
        "the read was aborted (shard-0.parquet)",
      );
      const scan = async (): Promise<void> => {
        for await (const block of corpus.scan([ref!], AbortSignal.abort())) expect(block.rows).toBe(0);
      };
      await expect(scan()).rejects.toThrow("the read was aborted (shard-0.parquet, block 0)");
      expect((await corpus.readBlock(ref!)).rows).toBe(5);
    }));

  it("needs a cache of three blocks, and all its shards", () =>
    inFolder(async (folder) => {
      const { manifestPath } = await writeCorpus(folder, plan);
      const small = openCorpus(manifestPath, { verify: "read", cacheBytes: 239 });
      await expect(small).rejects.toThrow(
        "cacheBytes must be at least 240, the bytes of all open windows, got 239 (corpus.cacheBytes)",
      );
      await rm(join(folder, "shard-1.parquet"));
      await expect(openCorpus(manifestPath, options)).rejects.toThrow(
        "cannot open the file (shard-1.parquet, open, ENOENT)",
      );
    }));
});
