import { describe, expect, it } from "vitest";

import { createManifest } from "../../../src/corpus/manifest.ts";
import { ConfigError } from "../../../src/errors.ts";
import { parseInstance } from "../../../src/study/replay/instance-name.ts";

const manifest = createManifest({
  seqLen: 8,
  tokenDtype: "uint16",
  tokenizer: { kind: "bytes", name: "t", hash: "0", vocabSize: 257, uri: "tokenizer.json", endOfText: 256 },
  maxBlockBytes: 1024,
  domains: [],
  shards: ["train/novel-0.parquet", "held-out/novel-0.parquet", "train/code-0.parquet", "code-0"].map(
    (uri) => ({
      uri,
      domain: 0,
      rows: 4,
      bytes: 1,
      footerHash: "0",
      blocks: [{ rows: 4, crc32: null }],
    }),
  ),
  heldOut: [],
});

describe("an instance's name", () => {
  it.each([
    ["0:3", 0, 3],
    ["3:0", 3, 0],
    ["train/novel-0.parquet:1", 0, 1],
    ["held-out/novel-0:2", 1, 2],
    ["code-0.parquet:1", 2, 1],
    ["code-0:1", 3, 1],
  ])("%s", (name, shard, row) => {
    expect(parseInstance(name, manifest)).toEqual({ shard, row });
  });

  it.each([
    ["7", 'an instance must be SHARD:ROW, e.g. 0:17, got "7"'],
    ["0:x", 'an instance must be SHARD:ROW, e.g. 0:17, got "0:x"'],
    ["4:0", "shard must be in 0 … 3, those of the corpus, got 4"],
    ["0:4", "row must be in 0 … 3, those of its shard, got 4 (train/novel-0.parquet)"],
    ["novel-0:1", 'shard must be the name of one, got "novel-0"'],
    ["poem:1", 'shard must be one of the corpus\', got "poem"'],
  ])("%s is refused", (name, message) => {
    expect(() => parseInstance(name, manifest)).toThrow(
      expect.objectContaining({ message, code: "CW_CONFIG" }),
    );
  });

  it("offers names that would do", () => {
    const hintOf = (name: string): unknown => {
      try {
        return parseInstance(name, manifest);
      } catch (error) {
        return error instanceof ConfigError && error.hint;
      }
    };
    expect(hintOf("novel-0:1")).toBe(
      "for example train/novel-0.parquet (number 0), held-out/novel-0.parquet (number 1)",
    );
    expect(hintOf("poem:1")).toContain("train/code-0.parquet (number 2)");
  });
});
