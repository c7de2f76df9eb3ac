import { describe, expect, it } from "vitest";

import { parseManifest } from "../../src/corpus/manifest-schema.ts";
import { type ManifestParts, createManifest } from "../../src/corpus/manifest.ts";
import { plainParts } from "../support/corpus-on-disk.ts";

const shard = {
  uri: "a",
  domain: 0,
  rows: 3,
  bytes: 99,
  footerHash: "b".repeat(64),
  blocks: [{ rows: 3, crc32: 1 }],
};
const parts: ManifestParts = { seqLen: 8, tokenDtype: "uint16", ...plainParts(), shards: [shard] };
const problemOf = (change: object): string | undefined => {
  const result = parseManifest({ ...createManifest(parts), ...change });
  return "problem" in result ? result.problem : undefined;
};

describe("the shape of a manifest", () => {
  it("takes what createManifest makes, with and without a parent", () => {
    expect(problemOf({})).toBeUndefined();
    expect(problemOf({ parent: "c".repeat(64) })).toBeUndefined();
  });

  it("is refused with the place", () => {
    expect(problemOf({ seqLen: "8" })).toBe("seqLen: Invalid input: expected number, received string");
    expect(problemOf({ shards: [{ ...shard, rows: 0 }] })).toContain("shards.0.rows: Too small");
    expect(problemOf({ shards: [{ ...shard, blocks: [{ rows: 3 }] }] })).toContain(
      "shards.0.blocks.0.crc32: ",
    );
    expect(problemOf({ fingerprint: "xyz" })).toBe("fingerprint: 64 hexadecimal digits");
    expect(parseManifest([])).toEqual({
      problem: "the whole: Invalid input: expected object, received array",
    });
  });

  it("must agree with itself", () => {
    expect(problemOf({ shards: [{ ...shard, rows: 4 }] })).toBe(
      "shards.0.rows: must be the sum over blocks 3, got 4",
    );
    expect(problemOf({ shards: [{ ...shard, domain: 1 }] })).toBe("shards.0.domain: must be below 1, got 1");
    expect(problemOf({ domains: [parts.domains[0], parts.domains[0]] })).toBe(
      "domains: every name must occur once",
    );
    expect(problemOf({ heldOut: [{ shard: 0, block: 1 }] })).toBe("heldOut.0: shard 0 must have a block 1");
    expect(
      problemOf({
        heldOut: [
          { shard: 0, block: 0 },
          { shard: 0, block: 0 },
        ],
      }),
    ).toBe("heldOut.1: must be in order of shard and block, each once");
    expect(problemOf({ tokenizer: { ...parts.tokenizer, endOfText: 65_536 } })).toBe(
      "tokenizer.endOfText: must be below vocabSize 65536, got 65536",
    );
  });
});
