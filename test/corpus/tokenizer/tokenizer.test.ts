import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { createTokenizer, loadTokenizer } from "../../../src/corpus/tokenizer/tokenizer.ts";
import { formatTokenizer } from "../../../src/corpus/tokenizer/tokenizer-file.ts";
import { trainBpe } from "../../../src/corpus/tokenizer/train-bpe.ts";
import { WordCounts } from "../../../src/corpus/tokenizer/word-counts.ts";
import { unicodeText } from "../../support/unicode-text.ts";

const merges = (() => {
  const text =
    "Call me Ishmael. Some years ago, never mind how long precisely, I thought I would sail about a little. ".repeat(
      3,
    );
  const counts = new WordCounts();
  counts.addDocument(new TextEncoder().encode(text), 0, text.length);
  return trainBpe(counts.pack(), 300);
})();
const bpe = createTokenizer(merges);
const bytesOnly = createTokenizer(new Uint32Array());

describe("createTokenizer", () => {
  it("brings any bytes back exactly", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(bpe.decodeBytes(bpe.encodeBytes(bytes))).toEqual(new Uint8Array(bytes));
        expect(bytesOnly.decodeBytes(bytesOnly.encodeBytes(bytes))).toEqual(new Uint8Array(bytes));
      }),
    );
  });

  it("brings any text back exactly, and never encodes to end-of-text", () => {
    fc.assert(
      fc.property(unicodeText({ maxLength: 40 }), (text) => {
        const tokens = bpe.encode(text);
        expect(bpe.decode(tokens)).toBe(text);
        expect(tokens.every((token) => token < bpe.endOfText)).toBe(true);
      }),
    );
    expect(bpe.decode(bpe.encode("\uFEFF<|endoftext|> I thought"))).toBe("\uFEFF<|endoftext|> I thought");
  });

  it("knows its kind, its size and the token that closes a document", () => {
    expect([bpe.kind, bpe.vocabSize, bpe.endOfText]).toEqual(["bpe", 300, 299]);
    expect([bytesOnly.kind, bytesOnly.vocabSize, bytesOnly.endOfText]).toEqual(["bytes", 257, 256]);
    expect(bpe.encode("years ago").length).toBeLessThan(9);
    expect(bpe.decode([bpe.endOfText])).toBe("");
  });

  it("decodes a character cut in two as U+FFFD, but its bytes exactly", () => {
    const half = bpe.encode("é").slice(0, 1);
    expect(bpe.decode(half)).toBe("\uFFFD");
    expect([...bpe.decodeBytes(half)]).toEqual([0xc3]);
  });

  it("refuses tokens that are not its own", () => {
    expect(() => bpe.decode([1, 300])).toThrow("token 1 must be an integer in [0, 300), got 300");
    expect(() => bpe.decode([-1])).toThrow("token 0 must be an integer in [0, 300), got -1");
    expect(() => bpe.decode([0.5])).toThrow("token 0 must be an integer in [0, 300), got 0.5");
  });
});

describe("loadTokenizer", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tokenizer-"));
  afterAll(() => rm(folder, { recursive: true }));

  it("reads what was written", async () => {
    const path = join(folder, "tokenizer.json");
    await writeFile(path, formatTokenizer(merges));
    const loaded = await loadTokenizer(path);
    expect(loaded.hash).toBe(bpe.hash);
    expect(loaded.encode("Some years ago")).toEqual(bpe.encode("Some years ago"));
  });

  it("names a file that is not there", async () => {
    await expect(loadTokenizer(join(folder, "none.json"))).rejects.toThrow(
      /^cannot read none.json \(.*, read, ENOENT\)$/,
    );
  });
});
