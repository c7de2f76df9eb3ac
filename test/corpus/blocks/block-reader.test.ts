import { describe, expect, it } from "vitest";

import { createBlockIndex } from "../../../src/corpus/blocks/block-index.ts";
import { createBlockReader } from "../../../src/corpus/blocks/block-reader.ts";
import { checksumOf, createBlock } from "../../../src/corpus/blocks/block.ts";
import { createManifest } from "../../../src/corpus/manifest.ts";
import type { Shard } from "../../../src/corpus/shards/shard.ts";
import { plainParts } from "../../support/corpus-on-disk.ts";

/** A shard of three blocks of two rows that gives byte `byte` everywhere. */
const createScript = (): Shard & { byte: number } => {
  const script = {
    byte: 7,
    footerHash: "a".repeat(64),
    blockRows: [2, 2, 2],
    bufferBytes: () => 40,
    readBlock: (_: number, buffer: Uint8Array) =>
      Promise.resolve(createBlock([buffer.subarray(0, 32).fill(script.byte)], 16)),
    close: () => Promise.resolve(),
  };
  return script;
};

const sevens = checksumOf(createBlock([new Uint8Array(32).fill(7)], 16));
const manifest = createManifest({
  seqLen: 8,
  tokenDtype: "uint16",
  ...plainParts(),
  shards: [
    {
      uri: "s",
      domain: 0,
      rows: 6,
      bytes: 1,
      footerHash: "a".repeat(64),
      blocks: [
        { rows: 2, crc32: sevens },
        { rows: 2, crc32: sevens },
        { rows: 2, crc32: null },
      ],
    },
  ],
});
const index = createBlockIndex(manifest);
const buffer = new Uint8Array(40);

describe("the block reader", () => {
  it("compares the checksum at a block's first read, where the manifest has one", async () => {
    const shard = createScript();
    const reader = createBlockReader(manifest, index, [shard], "read");
    await reader.load(0, buffer);
    shard.byte = 8;
    expect((await reader.load(0, buffer)).rows).toBe(2);
    expect((await reader.load(2, buffer)).rows).toBe(2);
    const wrong = createBlock([new Uint8Array(32).fill(8)], 16);
    await expect(reader.load(1, buffer)).rejects.toThrow(
      `checksum of the block must be ${sevens.toString(16)}, got "${checksumOf(wrong).toString(16)}" (s, block 1, row 2)`,
    );
    shard.byte = 7;
    expect((await reader.load(1, buffer)).rows).toBe(2);
    expect(reader.bytesRead).toBe(5 * 40);
  });

  it("compares nothing with checks off", async () => {
    const shard = createScript();
    shard.byte = 8;
    expect((await createBlockReader(manifest, index, [shard], "off").load(1, buffer)).rows).toBe(2);
  });

  it("reads nothing more once its signal is aborted", async () => {
    const reader = createBlockReader(manifest, index, [createScript()], "read");
    await expect(reader.under(AbortSignal.abort()).load(1, buffer)).rejects.toThrow(
      "the read was aborted (s, block 1)",
    );
    expect(reader.bytesRead).toBe(0);
  });
});
