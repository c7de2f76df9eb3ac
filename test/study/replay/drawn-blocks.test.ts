import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createBlockIndex } from "../../../src/corpus/blocks/block-index.ts";
import { writeManifest } from "../../../src/corpus/manifest-file.ts";
import { type Manifest, createManifest } from "../../../src/corpus/manifest.ts";
import { type Draws, createDraws } from "../../../src/draws.ts";
import { DrawnBlocks, checkTokens } from "../../../src/study/replay/drawn-blocks.ts";
import { quickFiles, rejection } from "../../support/ledger-on-disk.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let manifest: Manifest;
const optionsOf = (name: string) =>
  ({ kind: "shards", manifest: join(folder, name), verify: "off", cacheBytes: 2 ** 20 }) as const;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-drawn-"));
  ({ manifest } = await writeSmallCorpus(folder));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const drawsOf = (rows: readonly [number, number][]): Draws => {
  const draws = createDraws(rows.length);
  draws.shard.set(rows.map(([shard]) => shard));
  draws.row.set(rows.map(([, row]) => row));
  return draws;
};

describe("drawn blocks", () => {
  it("are those of the rows, each once, in order", () => {
    const drawn = new DrawnBlocks(createBlockIndex(manifest));
    drawn.add(
      drawsOf([
        [2, 23],
        [0, 0],
        [0, 3],
      ]),
    );
    drawn.add(
      drawsOf([
        [0, 39],
        [0, 1],
      ]),
    );
    expect(drawn.list().map(({ shard, block }) => `${shard}:${block}`)).toEqual(["0:0", "0:9", "2:5"]);
  });

  it("are read and checked, whatever the configuration says of checks", async () => {
    const { blocks } = createBlockIndex(manifest);
    const done: number[] = [];
    const options = optionsOf("manifest.json");
    expect(await checkTokens(options, manifest, blocks.slice(0, 3), (count) => done.push(count))).toEqual({
      blocks: 3,
      bytes: 192,
      withoutChecksum: 0,
    });
    expect(done).toEqual([1, 2, 3]);
    const path = join(folder, "d0.parquet");
    const whole = readFileSync(path);
    const altered = Buffer.from(whole);
    altered[60]! ^= 1;
    writeFileSync(path, altered);
    expect(await rejection(checkTokens(options, manifest, blocks.slice(0, 1), () => undefined))).toMatch(
      /^ShardError: .*d0\.parquet/,
    );
    writeFileSync(path, whole);
  });

  it("without a checksum are counted as such; made-up ones are not read", async () => {
    const shards = manifest.shards.map((shard) => ({
      ...shard,
      blocks: shard.blocks.map(({ rows }) => ({ rows, crc32: null })),
    }));
    const bare = createManifest({ ...manifest, shards });
    await writeManifest(quickFiles, join(folder, "bare.json"), bare);
    const { blocks } = createBlockIndex(bare);
    const nothing = (): undefined => undefined;
    expect(await checkTokens(optionsOf("bare.json"), bare, blocks.slice(0, 2), nothing)).toMatchObject({
      withoutChecksum: 2,
    });
    const synthetic = { kind: "synthetic", instances: 8, heldOut: 1, blockRows: 4 } as const;
    expect(await checkTokens(synthetic, bare, blocks, nothing)).toEqual({
      blocks: 0,
      bytes: 0,
      withoutChecksum: 0,
    });
  });
});
