import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { createBlockIndex } from "../../../src/corpus/blocks/block-index.ts";
import { type Block, createBlock } from "../../../src/corpus/blocks/block.ts";
import { type Corpus, openCorpus } from "../../../src/corpus/corpus.ts";
import { type Manifest, createManifest } from "../../../src/corpus/manifest.ts";
import { type Duplicates, findDuplicates } from "../../../src/study/questions/duplicates.ts";
import { createRowHash } from "../../../src/study/questions/row-hash.ts";
import type { Instance } from "../../../src/study/replay/instance-name.ts";
import { inFolder, plainParts, writeCorpus } from "../../support/corpus-on-disk.ts";
import { rejection } from "../../support/ledger-on-disk.ts";

const seqLen = 4;
const domains = 2;

/** Contents that are not alike, and have the same hash. */
const colliding = [100, 101] as const;
const tokensOf = (content: number): number[] =>
  content === 100 ? [1, 0, 1, 0] : content === 101 ? [28_945, 2, 61_481, 15_519] : [7, content, 7, 0];

/** Blocks of rows, a row being what it says. */
interface Shard {
  readonly domain: number;
  readonly blocks: readonly { readonly rows: readonly number[]; readonly held: boolean }[];
}

/** Shards of few contents, so that many rows are alike; a shard may be empty. */
const shards: fc.Arbitrary<Shard[]> = fc.array(
  fc.record({
    domain: fc.nat(domains - 1),
    blocks: fc.array(
      fc.record({
        rows: fc.array(fc.oneof({ weight: 5, arbitrary: fc.nat(25) }, fc.constantFrom(...colliding)), {
          minLength: 1,
          maxLength: 6,
        }),
        held: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
  }),
  { maxLength: 5 },
);

const manifestOf = (described: readonly Shard[]): Manifest =>
  createManifest({
    seqLen,
    tokenDtype: "uint16",
    ...plainParts(domains),
    shards: described.map(({ domain, blocks }, shard) => ({
      uri: `shard-${shard}.parquet`,
      domain,
      rows: blocks.reduce((sum, { rows }) => sum + rows.length, 0),
      bytes: 1000,
      footerHash: "f".repeat(64),
      blocks: blocks.map(({ rows }) => ({ rows: rows.length, crc32: null })),
    })),
    heldOut: described.flatMap(({ blocks }, shard) =>
      blocks.flatMap(({ held }, block) => (held ? [{ shard, block }] : [])),
    ),
  });

const blockOf = (contents: readonly number[]): Block => {
  const tokens = Uint16Array.from(contents.flatMap(tokensOf));
  return createBlock([new Uint8Array(tokens.buffer)], 2 * seqLen);
};

/** A corpus in memory; a block is gone once the next is read. */
const corpusOf = (described: readonly Shard[]): Pick<Corpus, "manifest" | "scan"> => ({
  manifest: manifestOf(described),
  async *scan(refs) {
    for (const { shard, block } of refs) {
      const rows = blockOf(described[shard]!.blocks[block]!.rows);
      yield rows;
      rows.pages[0]!.fill(0);
    }
  },
});

/** Rows in corpus order, compared each with each. */
const oracle = (described: readonly Shard[], most: number): Duplicates => {
  const rows = described.flatMap(({ domain, blocks }, shard) =>
    blocks
      .flatMap(({ rows: contents, held }) => contents.map((content) => ({ content, held })))
      .map((one, row) => ({ ...one, domain, instance: { shard, row } satisfies Instance })),
  );
  const groups = [...new Set(rows.map(({ content }) => content))]
    .map((content) => rows.filter((row) => row.content === content))
    .filter(({ length }) => length > 1);
  return {
    domains: Array.from({ length: domains }, (_, domain) => {
      const own = rows.flatMap((row, at) => (row.domain === domain ? [{ ...row, at }] : []));
      return {
        instances: own.length,
        repeated: own.filter(({ content, at }) => rows.findIndex((row) => row.content === content) < at)
          .length,
        heldOutInTraining: own.filter(
          ({ content, held }) => held && rows.some((row) => row.content === content && !row.held),
        ).length,
      };
    }),
    groups: groups.length,
    largest: groups
      .toSorted((a, b) => b.length - a.length)
      .slice(0, most)
      .map((group) => group.map(({ instance }) => instance)),
  };
};

describe("exact duplicates", () => {
  it("are what comparing every row with every other finds", async () => {
    await fc.assert(
      fc.asyncProperty(shards, fc.nat(6), async (described, most) => {
        const corpus = corpusOf(described);
        const found = await findDuplicates(corpus, createBlockIndex(corpus.manifest), { most });
        expect(found).toEqual(oracle(described, most));
      }),
    );
  });

  it("are not rows that have the same hash alone", async () => {
    const hash = createRowHash(2 * seqLen);
    const hashes = colliding.map((content) =>
      hash(new Uint8Array(Uint16Array.from(tokensOf(content)).buffer)),
    );
    expect(hashes[0]).toBe(hashes[1]);
    const corpus = corpusOf([{ domain: 0, blocks: [{ rows: [...colliding, 100], held: false }] }]);
    expect(await findDuplicates(corpus, createBlockIndex(corpus.manifest), { most: 5 })).toMatchObject({
      groups: 1,
      largest: [
        [
          { shard: 0, row: 0 },
          { shard: 0, row: 2 },
        ],
      ],
    });
  });

  it("of a corpus on the disk are found in its shards, blocks without suspects read once", () =>
    inFolder(async (folder) => {
      const { manifestPath, manifest } = await writeCorpus(folder, {
        shards: [{ rows: 12 }, { rows: 7, domain: 1 }],
        heldOut: [{ shard: 1, block: 1 }],
      });
      // Every row says its shard and its place, so the same file named twice repeats all of its rows.
      const twice = createManifest({
        ...manifest,
        shards: [...manifest.shards, { ...manifest.shards[1]!, domain: 0 }],
      });
      const index = createBlockIndex(twice);
      const opened = await openCorpus(manifestPath, { verify: "read", cacheBytes: null });
      const read: string[] = [];
      const corpus: Pick<Corpus, "manifest" | "scan"> = {
        manifest: twice,
        scan: (refs) =>
          opened.scan(
            [...refs].map((ref) => {
              read.push(`${ref.shard}:${ref.block}`);
              return { ...ref, shard: Math.min(ref.shard, 1) };
            }),
          ),
      };
      const told: [number, number][] = [];
      const found = await findDuplicates(corpus, index, {
        most: 1,
        onInstances: (done, all) => told.push([done, all]),
      });
      await opened.close();
      expect(found).toEqual({
        domains: [
          { instances: 19, repeated: 7, heldOutInTraining: 0 },
          { instances: 7, repeated: 0, heldOutInTraining: 2 },
        ],
        groups: 7,
        largest: [
          [
            { shard: 1, row: 0 },
            { shard: 2, row: 0 },
          ],
        ],
      });
      const repeating = ["1:0", "1:1", "2:0", "2:1"];
      expect(read).toEqual(["0:0", "0:1", "0:2", ...repeating, ...repeating]);
      expect([told[0], told[6], told[7], told.at(-1)]).toEqual([
        [5, 26],
        [26, 26],
        [31, 40],
        [40, 40],
      ]);
    }));

  it("are not looked for further once the caller has had enough, or a block is damaged", () =>
    inFolder(async (folder) => {
      const { manifestPath, manifest } = await writeCorpus(folder);
      const ask = async (onInstances?: () => void): Promise<string> => {
        const corpus = await openCorpus(manifestPath, { verify: "read", cacheBytes: null });
        const options = { most: 1, ...(onInstances && { onInstances }) };
        const said = await rejection(findDuplicates(corpus, createBlockIndex(manifest), options));
        await corpus.close();
        return said;
      };
      const stop = (): void => {
        throw new RangeError("enough");
      };
      expect(await ask(stop)).toBe("RangeError: enough");
      const path = join(folder, "shard-0.parquet");
      const bytes = readFileSync(path);
      bytes[100]! ^= 1;
      writeFileSync(path, bytes);
      expect(await ask()).toMatch(/^ShardError: .*shard-0\.parquet.*block 0/);
    }));
});
