import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { openCorpus } from "../../src/corpus/corpus.ts";
import { describeShard } from "../../src/corpus/shards/describe-shard.ts";
import { writeManifest } from "../../src/corpus/manifest-file.ts";
import { createManifest } from "../../src/corpus/manifest.ts";
import { CounterweightError } from "../../src/errors.ts";
import { createFiles } from "../../src/files.ts";
import { arrowShard } from "../support/arrow-shards.ts";
import { inFolder, pagedParquet, plainParts, tokensOfShard, writeCorpus } from "../support/corpus-on-disk.ts";

const rows = 30;
const tokens = tokensOfShard(0, rows, 8);

/** All tokens of a corpus of one shard, read as a run reads them. */
const readAll = async (manifestPath: string, verify: "read" | "off"): Promise<Uint16Array> => {
  const corpus = await openCorpus(manifestPath, { verify, cacheBytes: 2 ** 20 });
  try {
    const target = new Uint16Array(rows * 8);
    await corpus.gather(
      new Uint32Array(rows),
      Uint32Array.from({ length: rows }, (_, row) => row),
      target,
    );
    return target;
  } finally {
    await corpus.close();
  }
};

type Outcome = "right" | "refused" | "wrong";
const outcomeOf = async (manifestPath: string, verify: "read" | "off"): Promise<Outcome> => {
  try {
    const read = await readAll(manifestPath, verify);
    return Buffer.from(read.buffer).equals(Buffer.from(tokens.buffer)) ? "right" : "wrong";
  } catch (error) {
    if (!(error instanceof CounterweightError)) throw error;
    expect(error.code).toMatch(/^CW_(SHARD|SOURCE)$/);
    expect(error.facts.uri).toBe("shard");
    expect(error.hint).toBeDefined();
    return "refused";
  }
};

const writeShard = async (folder: string, content: Uint8Array, maxBlockBytes = 2 ** 20): Promise<string> => {
  await writeFile(join(folder, "shard"), content);
  const layout = { seqLen: 8, tokenDtype: "uint16", maxBlockBytes } as const;
  const shard = { ...(await describeShard("shard", folder, layout)), domain: 0 };
  const manifestPath = join(folder, "manifest.json");
  await writeManifest(
    createFiles(),
    manifestPath,
    createManifest({ ...plainParts(), ...layout, shards: [shard] }),
  );
  return manifestPath;
};

const contents: Record<string, () => Promise<{ content: Uint8Array; maxBlockBytes?: number }>> = {
  "own Parquet": () =>
    inFolder(async (folder) => {
      await writeCorpus(folder, { shards: [{ rows }] });
      return { content: await readFile(join(folder, "shard-0.parquet")) };
    }),
  "Parquet cut in runs of pages": async () => ({
    content: pagedParquet(tokens, 8, 3),
    maxBlockBytes: 7 * 16,
  }),
  "an Arrow file": async () => ({
    content: arrowShard(tokens, { seqLen: 8, rowsPerBatch: 9, form: "file" }),
  }),
  "an Arrow stream": async () => ({
    content: arrowShard(tokens, { seqLen: 8, rowsPerBatch: 9, form: "stream", labels: true }),
  }),
};

describe.each(Object.keys(contents))("damage to %s", (name) => {
  it("of any one byte is refused or harmless; a token is never wrong unless checks are off", () =>
    inFolder(async (folder) => {
      const { content, maxBlockBytes } = await contents[name]!();
      const manifestPath = await writeShard(folder, content, maxBlockBytes);
      const seen = { read: new Set<Outcome>(), off: new Set<Outcome>() };
      const flip = fc.tuple(fc.nat(content.byteLength - 1), fc.integer({ min: 1, max: 255 }));
      await fc.assert(
        fc.asyncProperty(flip, async ([at, mask]) => {
          const damaged = Uint8Array.from(content);
          damaged[at]! ^= mask;
          await writeFile(join(folder, "shard"), damaged);
          const checked = await outcomeOf(manifestPath, "read");
          expect(checked).not.toBe("wrong");
          seen.read.add(checked);
          seen.off.add(await outcomeOf(manifestPath, "off"));
        }),
        { numRuns: 120 },
      );
      expect(seen.read.has("refused")).toBe(true);
      expect(seen.off.has("wrong")).toBe(true);
    }));

  it("by cutting or adding bytes is refused at the start", () =>
    inFolder(async (folder) => {
      const { content, maxBlockBytes } = await contents[name]!();
      const manifestPath = await writeShard(folder, content, maxBlockBytes);
      expect(await outcomeOf(manifestPath, "off")).toBe("right");
      for (const length of [0, 1, 7, 11, 12, content.byteLength >> 1, content.byteLength - 1]) {
        await writeFile(join(folder, "shard"), content.subarray(0, length));
        await expect(openCorpus(manifestPath, { verify: "off", cacheBytes: 2 ** 20 })).rejects.toThrow(
          `the shard must be ${content.byteLength} bytes, got ${length} (shard)`,
        );
      }
    }));

  it("of a shard that no manifest names yet is refused or harmless, too", () =>
    inFolder(async (folder) => {
      const { content, maxBlockBytes = 2 ** 20 } = await contents[name]!();
      const layout = { seqLen: 8, tokenDtype: "uint16", maxBlockBytes } as const;
      const change = fc.record({ at: fc.nat(content.byteLength - 1), mask: fc.nat(255), keep: fc.nat(3) });
      let refused = 0;
      await fc.assert(
        fc.asyncProperty(change, async ({ at, mask, keep }) => {
          const damaged = Uint8Array.from(keep === 0 ? content.subarray(0, at + 1) : content);
          damaged[at]! ^= mask;
          await writeFile(join(folder, "shard"), damaged);
          const error: unknown = await describeShard("shard", folder, layout).then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
          if (error === undefined) return;
          refused++;
          expect(error).toBeInstanceOf(CounterweightError);
        }),
        { numRuns: 120 },
      );
      expect(refused).toBeGreaterThan(0);
    }));
});
