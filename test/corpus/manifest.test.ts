import { describe, expect, it } from "vitest";

import { type ManifestParts, createManifest, fingerprintOf, tokenBytes } from "../../src/corpus/manifest.ts";
import { plainParts } from "../support/corpus-on-disk.ts";

const shard = {
  uri: "a.parquet",
  domain: 0,
  rows: 7,
  bytes: 999,
  footerHash: "b".repeat(64),
  blocks: [
    { rows: 4, crc32: 1 },
    { rows: 3, crc32: null },
  ],
};
const parts: ManifestParts = { seqLen: 8, tokenDtype: "uint16", ...plainParts(), shards: [shard] };

describe("a manifest", () => {
  it("has the fingerprint of version 1", () => {
    expect(createManifest(parts).fingerprint).toBe(
      "117fc6b4cca18db516b7721bb21bd8bef3cd0600b25b532d9a012272e0414085",
    );
  });

  it("keeps its fingerprint when moved, and loses it with anything else", () => {
    const { fingerprint } = createManifest(parts);
    const moved = { ...parts, tokenizer: { ...parts.tokenizer, uri: "b" }, shards: [{ ...shard, uri: "b" }] };
    expect(fingerprintOf(moved)).toBe(fingerprint);
    const others: Partial<ManifestParts>[] = [
      { seqLen: 9 },
      { tokenDtype: "uint32" },
      { maxBlockBytes: 1 },
      { tokenizer: { ...parts.tokenizer, name: "other" } },
      { tokenizer: { ...parts.tokenizer, endOfText: 1 } },
      { domains: [{ ...parts.domains[0]!, heldOutBytes: 0 }] },
      { shards: [{ ...shard, footerHash: "c".repeat(64) }] },
      { shards: [{ ...shard, blocks: [{ rows: 4, crc32: 2 }, shard.blocks[1]!] }] },
      { heldOut: [{ shard: 0, block: 1 }] },
      { parent: "d".repeat(64) },
    ];
    const changed = others.map((other) => fingerprintOf({ ...parts, ...other }));
    expect(new Set([fingerprint, ...changed]).size).toBe(others.length + 1);
  });

  it("orders held-out blocks, so that the order they were found in does not count", () => {
    const heldOut = [
      { shard: 1, block: 0 },
      { shard: 0, block: 1 },
      { shard: 0, block: 0 },
    ];
    const manifest = createManifest({ ...parts, heldOut });
    expect(manifest.heldOut.map(({ shard, block }) => [shard, block])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
    ]);
    expect(createManifest({ ...parts, heldOut: heldOut.toReversed() })).toEqual(manifest);
  });

  it("knows how wide tokens are", () => {
    expect([tokenBytes("uint16"), tokenBytes("uint32")]).toEqual([2, 4]);
  });
});
