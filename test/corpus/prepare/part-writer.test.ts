import { readFile, readdir } from "node:fs/promises";
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { datasetSchema } from "../../../src/corpus/prepare/dataset.ts";
import { packRows, rowsPerBlock, writeShard } from "../../../src/corpus/prepare/part-writer.ts";
import { createTokenizer } from "../../../src/corpus/tokenizer/tokenizer.ts";
import { createFiles } from "../../../src/files.ts";
import { folderWith } from "../../support/dataset-folder.ts";
import { createFailingDisk } from "../../support/failing-disk.ts";

const tokenizer = createTokenizer(Uint32Array.of(97, 98));
const dataset = datasetSchema.parse({
  name: "n",
  seqLen: 8,
  tokenizer: { kind: "bytes" },
  domains: { d: { format: "text", files: [{ path: "a" }] } },
});

/** A document as a thread gives it: its tokens closed by end-of-text. */
const encoded = (text: string): { tokens: Uint16Array; bytes: number } => ({
  tokens: Uint16Array.from([...tokenizer.encode(text), tokenizer.endOfText]),
  bytes: text.length,
});

describe("packRows", () => {
  it("cuts rows of the concatenation, drops the rest and counts the bytes of what it keeps", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 20 })), (texts) => {
        const documents = texts.map(encoded);
        const packed = packRows(documents, 8, tokenizer);
        const all = documents.flatMap(({ tokens }) => [...tokens]);
        expect([...packed.tokens]).toEqual(all.slice(0, 8 * Math.floor(all.length / 8)));
        expect(packed.rows).toBe(Math.floor(all.length / 8));
        expect(packed.textBytes).toBe(tokenizer.decodeBytes(packed.tokens).length);
      }),
    );
  });

  it("takes wide tokens for a large vocabulary", () => {
    const wide = { ...tokenizer, vocabSize: 2 ** 16 + 1 };
    expect(packRows([encoded("abcabcabcabc")], 8, wide).tokens).toBeInstanceOf(Uint32Array);
    expect(packRows([encoded("abcabcabcabc")], 8, tokenizer).tokens).toBeInstanceOf(Uint16Array);
  });
});

describe("rowsPerBlock", () => {
  it("fills blocks, or divides a small domain into about so many", () => {
    expect(rowsPerBlock(1e9, 256, 2 ** 23, 16)).toBe(32_768);
    expect(rowsPerBlock(1215, 256, 2 ** 23, 16)).toBe(76);
    expect(rowsPerBlock(5, 256, 2 ** 23, 16)).toBe(1);
    expect(rowsPerBlock(100, 4096, 1024, 1)).toBe(1);
  });
});

describe("writeShard", () => {
  const packed = packRows([encoded("abc".repeat(100))], 8, tokenizer);

  it("publishes a shard and its record; none for no rows", async () => {
    const out = await folderWith({});
    const target = { files: createFiles(), out, uri: "a.parquet", leastBlocks: 4, dataset, tokenizer };
    expect(await writeShard(target, packRows([], 8, tokenizer))).toBeNull();
    const record = await writeShard(target, packed);
    const content = await readFile(join(out, "a.parquet"));
    expect(record).toMatchObject({
      uri: "a.parquet",
      rows: 25,
      bytes: content.length,
      sha256: createHash("sha256").update(content).digest("hex"),
      textBytes: packed.textBytes,
    });
    expect(record!.blocks.map(({ rows }) => rows)).toEqual([7, 7, 7, 4]);
    expect(await readdir(out)).toEqual(["a.parquet"]);
  });

  it("leaves nothing under the shard's name when the disk is full", async () => {
    const out = await folderWith({});
    await mkdir(join(out, "train"));
    const counting = createFailingDisk({ at: Infinity });
    const target = { out, uri: "train/a.parquet", leastBlocks: 4, dataset, tokenizer };
    await writeShard({ ...target, files: createFiles(counting) }, packed);
    for (let at = 1; at <= counting.operations.length; at++) {
      const other = await folderWith({});
      await mkdir(join(other, "train"));
      const files = createFiles(createFailingDisk({ at }));
      await expect(writeShard({ ...target, out: other, files }, packed)).rejects.toThrow(
        /^cannot .*ENOSPC\)$/,
      );
      const isSyncAfterRename = at === counting.operations.length;
      expect(await readdir(join(other, "train"))).toEqual(isSyncAfterRename ? ["a.parquet"] : []);
    }
  });
});
