import { describe, expect, it } from "vitest";

import { assembleManifest } from "../../../src/corpus/prepare/assemble-manifest.ts";
import { datasetSchema } from "../../../src/corpus/prepare/dataset.ts";
import type { DatasetSource } from "../../../src/corpus/prepare/dataset-file.ts";
import type { PartRecord, ShardRecord } from "../../../src/corpus/prepare/part-record.ts";
import type { Part } from "../../../src/corpus/prepare/plan.ts";
import { createTokenizer } from "../../../src/corpus/tokenizer/tokenizer.ts";

const domain = { format: "text", files: [{ path: "x" }] };
const dataset = datasetSchema.parse({
  name: "n",
  seqLen: 10,
  tokenizer: { kind: "bytes" },
  blockBytes: 1024,
  domains: { a: domain, b: domain },
});
const source: DatasetSource = {
  path: "d.yaml",
  dataset,
  placeOf: (keyPath) => ({ path: "d.yaml", line: 3, keyPath: keyPath.join(".") }),
};
const tokenizer = createTokenizer(new Uint32Array());
const surveyed = {
  survey: {
    key: "k",
    tokenizerHash: tokenizer.hash,
    domains: [
      { documents: 30, heldOutBound: 1 },
      { documents: 40, heldOutBound: 1 },
    ],
  },
  tokenizer,
};
const shard = (uri: string, ...blockRows: number[]): ShardRecord => {
  const rows = blockRows.reduce((sum, each) => sum + each, 0);
  const blocks = blockRows.map((each) => ({ rows: each, crc32: each }));
  return { uri, sha256: "s", textBytes: rows * 9, rows, bytes: rows * 20, footerHash: uri, blocks };
};
const part = (number: number, name: string): Part => ({ domain: number, name, slices: [] });
const parts = [part(0, "a-0"), part(0, "a-1"), part(1, "b-0")];
const record = (training: ShardRecord | null, heldOut: ShardRecord | null): PartRecord => ({
  key: "k",
  training,
  heldOut,
});

describe("assembleManifest", () => {
  it("lists shards by domain, training ones first, and holds out every block of the others", () => {
    const finished = new Map([
      [parts[2]!, record(shard("b0", 4), shard("hb0", 1))],
      [parts[0]!, record(shard("a0", 3, 2), shard("ha0", 2, 1))],
      [parts[1]!, record(shard("a1", 3), null)],
    ]);
    const manifest = assembleManifest(source, surveyed, parts, finished);
    expect(manifest.shards.map(({ uri, domain: number }) => [uri, number])).toEqual([
      ["a0", 0],
      ["a1", 0],
      ["ha0", 0],
      ["b0", 1],
      ["hb0", 1],
    ]);
    expect(manifest.heldOut).toEqual([
      { shard: 2, block: 0 },
      { shard: 2, block: 1 },
      { shard: 4, block: 0 },
    ]);
    expect(manifest.domains).toEqual([
      { name: "a", documents: 30, tokens: 80, bytes: 72, heldOutTokens: 30, heldOutBytes: 27 },
      { name: "b", documents: 40, tokens: 40, bytes: 36, heldOutTokens: 10, heldOutBytes: 9 },
    ]);
    expect(manifest).toMatchObject({
      seqLen: 10,
      tokenDtype: "uint16",
      maxBlockBytes: 1024,
      tokenizer: {
        kind: "bytes",
        name: "n",
        hash: tokenizer.hash,
        vocabSize: 257,
        uri: "tokenizer.json",
        endOfText: 256,
      },
    });
  });

  it.each([
    ["training", null, shard("h", 1)],
    ["held-out", shard("t", 1), null],
  ])("refuses a domain without a %s row", (kind, training, heldOut) => {
    const finished = new Map([
      [parts[0]!, record(shard("a0", 3), shard("ha0", 2))],
      [parts[2]!, record(training, heldOut)],
    ]);
    expect(() => assembleManifest(source, surveyed, parts, finished)).toThrow(
      `${kind} text of domain b must be at least a row of 10 tokens, got "less" (domains.b, d.yaml:3)`,
    );
  });
});
