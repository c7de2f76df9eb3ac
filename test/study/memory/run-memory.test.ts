import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { checkConfig } from "../../../src/config/config.ts";
import type { Config, Pipeline } from "../../../src/config/schema.ts";
import type { Manifest } from "../../../src/corpus/manifest.ts";
import { createFiles } from "../../../src/files.ts";
import { checkFits, gigabytes, manifestOf, runMemory } from "../../../src/study/memory/run-memory.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

const files = createFiles();
let folder: string;
let manifestPath: string;
let manifest: Manifest;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-memory-"));
  ({ manifestPath } = await writeSmallCorpus(join(folder, "corpus")));
  manifest = await manifestOf(configOf({}));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const configOf = (more: Omit<Partial<Pipeline>, "corpus">): Config =>
  checkConfig({ steps: 5, corpus: { manifest: manifestPath }, training: { batchSize: 16 }, ...more });
const bytesOf = async (config: Config): Promise<Record<string, number>> =>
  Object.fromEntries((await runMemory(config, manifest, files))!.map(({ name, bytes }) => [name, bytes]));

describe("runMemory", () => {
  it("names every part", async () => {
    const parts = await bytesOf(configOf({}));
    expect(Object.keys(parts)).toEqual([
      "process",
      "corpus cache",
      "ledger cache",
      "parameters, gradients, moments",
      "a step's activations",
      "scoring's activations",
    ]);
    const rows = manifest.shards.reduce((sum, shard) => sum + shard.rows, 0);
    expect(parts["corpus cache"]).toBe(rows * manifest.seqLen * 2);
    expect(parts["ledger cache"]).toBe(28 * rows);
  });

  it("counts a reference's pages beside the ledger's", async () => {
    const parts = await bytesOf(configOf({ ledger: { reference: "runs/reference" } }));
    expect(parts["reference cache"]).toBe(parts["ledger cache"]);
  });

  it("takes caches no larger than they may be", async () => {
    const config = configOf({ ledger: { cacheBytes: 2 ** 20 } });
    const shards = manifest.shards.map((shard) => ({ ...shard, rows: 1_000_000 }));
    const large = await runMemory(config, { ...manifest, shards }, files);
    expect(large!.find(({ name }) => name === "ledger cache")!.bytes).toBe(2 ** 20);
  });

  it("takes a published model's sizes, and a regression for nothing", async () => {
    const from = fileURLToPath(new URL("../../fixtures/published-gpt2", import.meta.url));
    await expect(runMemory(configOf({ model: { from } }), manifest, files)).rejects.toThrow(
      /^(vocabulary|context) must be /,
    );
    const regression = checkConfig({
      steps: 5,
      corpus: { kind: "synthetic", instances: 1000 },
      model: { kind: "regression" },
    });
    const parts = await runMemory(regression, await manifestOf(regression), files);
    expect(parts!.map(({ name }) => name)).toEqual(["process", "corpus cache", "ledger cache"]);
    expect(parts![1]!.bytes).toBe(0);
  });

  it("says nothing of engines that were not measured", async () => {
    const config = configOf({ engine: { kind: "tfjs" } });
    expect(await runMemory(config, manifest, files)).toBeUndefined();
    await checkFits(config, manifest, files, 1);
  });
});

describe("checkFits", () => {
  it("lets a run pass that fits, and refuses one that does not, with the micro-batch that would", async () => {
    const config = configOf({});
    const total = (await runMemory(config, manifest, files))!.reduce((sum, { bytes }) => sum + bytes, 0);
    await checkFits(config, manifest, files, total);
    const limit = total - 1e6;
    await expect(checkFits(config, manifest, files, limit)).rejects.toMatchObject({
      name: "ConfigError",
      message: `estimated memory must be at most the ${gigabytes(limit)} there are here, got ${gigabytes(total)} (training.microBatchSize)`,
      hint: expect.stringMatching(/^set training\.microBatchSize to [1248]; counterweight inspect --memory/),
    });
    await expect(checkFits(config, manifest, files, 1e6)).rejects.toMatchObject({
      facts: { keyPath: "model" },
      hint: expect.stringContaining("use a smaller model"),
    });
  });
});
