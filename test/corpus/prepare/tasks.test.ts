import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { contentHash, shareBound } from "../../../src/corpus/prepare/held-out.ts";
import { type Slice, readSlice } from "../../../src/corpus/prepare/slice.ts";
import { encode, survey, train } from "../../../src/corpus/prepare/tasks.ts";
import { createTokenizer } from "../../../src/corpus/tokenizer/tokenizer.ts";
import { WordCounts } from "../../../src/corpus/tokenizer/word-counts.ts";
import { folderWith, jsonLines } from "../../support/dataset-folder.ts";

const sliceOf = async (lines: string): Promise<Slice> => ({
  path: join(await folderWith({ "a.jsonl": lines }), "a.jsonl"),
  format: "jsonl",
  start: 0,
  end: lines.length,
});

/** The slice's documents by the side they fall on. */
const sidesOf = async (slice: Slice, bound: number): Promise<[string[], string[]]> => {
  const { bytes, ends } = await readSlice(slice);
  const sides: [string[], string[]] = [[], []];
  for (const [index, end] of ends.entries()) {
    const start = ends[index - 1] ?? 0;
    const side = sides[contentHash(bytes, start, end)[0] < bound ? 1 : 0];
    side.push(Buffer.from(bytes.subarray(start, end)).toString());
  }
  return sides;
};

const bound = shareBound(0.3);

describe("survey", () => {
  it("counts documents, and the words of those that train", async () => {
    const slice = await sliceOf(jsonLines(60));
    const [training, heldOut] = await sidesOf(slice, bound);
    expect(heldOut.length).toBeGreaterThan(5);
    const found = await survey({ kind: "survey", slice, heldOutBound: bound, sampleBound: 2 ** 32 });
    const words = new WordCounts();
    for (const text of training) words.addDocument(new TextEncoder().encode(text), 0, text.length);
    expect(found).toEqual({
      documents: 60,
      bytes: [...training, ...heldOut].join("").length,
      leastHash: found.leastHash,
      words: words.pack(),
    });
    const [, bySide] = await sidesOf(slice, found.leastHash + 1);
    expect(bySide).toHaveLength(1);
    expect((await sidesOf(slice, found.leastHash))[1]).toHaveLength(0);
  });

  it("counts a sample of the words, or none", async () => {
    const slice = await sliceOf(jsonLines(60));
    const sizeAt = async (share: number): Promise<number> => {
      const found = await survey({ kind: "survey", slice, heldOutBound: 0, sampleBound: shareBound(share) });
      return found.words.counts.reduce((sum, count) => sum + count, 0);
    };
    const [none, half, all] = [await sizeAt(0), await sizeAt(0.5), await sizeAt(1)];
    expect(none).toBe(0);
    expect(half / all).toBeGreaterThan(0.2);
    expect(half / all).toBeLessThan(0.8);
  });

  it("finds nothing in an empty slice", async () => {
    const slice = await sliceOf("\n");
    expect(await survey({ kind: "survey", slice, heldOutBound: 0, sampleBound: 2 ** 32 })).toMatchObject({
      documents: 0,
      bytes: 0,
      leastHash: 2 ** 32,
    });
  });
});

describe("train and encode", () => {
  it("close every document with end-of-text, training and held-out ones apart", async () => {
    const slice = await sliceOf(jsonLines(60));
    const { words } = await survey({ kind: "survey", slice, heldOutBound: bound, sampleBound: 2 ** 32 });
    const merges = train({ kind: "train", words, vocabSize: 300 });
    const tokenizer = createTokenizer(merges);
    expect(tokenizer.vocabSize).toBe(300);
    const task = {
      kind: "encode",
      slice,
      heldOutBound: bound,
      merges,
      tokenizerHash: tokenizer.hash,
    } as const;
    const result = await encode(task, tokenizer);
    const [training, heldOut] = await sidesOf(slice, bound);
    for (const [side, texts] of [
      [result.training, training],
      [result.heldOut, heldOut],
    ] as const) {
      expect(side.tokens).toBeInstanceOf(Uint16Array);
      expect(side.bytes).toBe(texts.join("").length);
      expect([...side.tokens]).toEqual(
        texts.flatMap((text) => [...tokenizer.encode(text), tokenizer.endOfText]),
      );
    }
  });

  it("takes wide tokens for a large vocabulary", async () => {
    const slice = await sliceOf(jsonLines(3));
    const tokenizer = { ...createTokenizer(new Uint32Array()), vocabSize: 2 ** 16 + 1 };
    const merges = new Uint32Array();
    const task = { kind: "encode", slice, heldOutBound: 0, merges, tokenizerHash: "" } as const;
    expect((await encode(task, tokenizer)).training.tokens).toBeInstanceOf(Uint32Array);
  });
});
