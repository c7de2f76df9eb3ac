import { describe, expect, it } from "vitest";

import { createVocabulary, tokenByteLength } from "../../../src/corpus/tokenizer/vocabulary.ts";

const [a, b, c] = [97, 98, 99];

describe("createVocabulary", () => {
  it("has the bytes and end-of-text without merges", () => {
    const vocabulary = createVocabulary(new Uint32Array());
    expect([vocabulary.vocabSize, vocabulary.endOfText]).toEqual([257, 256]);
    expect(vocabulary.bytes).toEqual(Uint8Array.from({ length: 256 }, (_, byte) => byte));
    expect([tokenByteLength(vocabulary, 255), tokenByteLength(vocabulary, 256)]).toEqual([1, 0]);
  });

  it("gives two merges of the same bytes one token", () => {
    const vocabulary = createVocabulary(Uint32Array.of(a, b, b, c, 256, c, a, 257, 258, 258));
    expect([...vocabulary.mergedTokens]).toEqual([256, 257, 258, 258, 259]);
    expect(vocabulary.endOfText).toBe(260);
    expect(Buffer.from(vocabulary.bytes.subarray(256)).toString()).toBe("abbcabcabcabc");
    expect([...vocabulary.starts.subarray(256)]).toEqual([256, 258, 260, 263, 269, 269]);
  });
});
