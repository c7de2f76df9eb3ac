import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

import type { Manifest } from "../../../src/corpus/manifest.ts";
import { shardsTable } from "../../../src/study/export/shards-table.ts";
import { pipelineOver, record } from "../../support/recorded-runs.ts";
import { rowsOf, sourceOf } from "../../support/run-tables.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let manifest: Manifest;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-shards-table-"));
  const corpus = await writeSmallCorpus(join(folder, "corpus"));
  manifest = corpus.manifest;
  await record(join(folder, "run"), pipelineOver(corpus.manifestPath, { steps: 1 }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("the table of shards is the manifest's", async () => {
  const bytes = manifest.shards.map((shard) => shard.bytes);
  expect(await rowsOf(shardsTable(await sourceOf(join(folder, "run"))))).toEqual(
    [
      { shard: 0, uri: "d0.parquet", domain: 0, domainName: "d0", rows: 40, blocks: 10, heldOutBlocks: 0 },
      {
        shard: 1,
        uri: "d0-held-out.parquet",
        domain: 0,
        domainName: "d0",
        rows: 6,
        blocks: 2,
        heldOutBlocks: 2,
      },
      { shard: 2, uri: "d1.parquet", domain: 1, domainName: "d1", rows: 24, blocks: 6, heldOutBlocks: 0 },
      {
        shard: 3,
        uri: "d1-held-out.parquet",
        domain: 1,
        domainName: "d1",
        rows: 6,
        blocks: 2,
        heldOutBlocks: 2,
      },
    ].map((row, shard) => ({ ...row, bytes: bytes[shard] })),
  );
});
