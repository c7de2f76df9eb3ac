import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";

import { formatTokenizer, hashOf, parseTokenizer } from "../../../src/corpus/tokenizer/tokenizer-file.ts";

/** " a", "\n\n", "é", "ab" twice over. */
const merges = Uint32Array.of(0x20, 97, 0x0a, 0x0a, 0xc3, 0xa9, 97, 98);
const file = (): { model: { vocab: object; merges: unknown }; added_tokens: object[] } =>
  JSON.parse(formatTokenizer(merges));

describe("formatTokenizer", () => {
  it("spells bytes as GPT-2 does and puts end-of-text last", () => {
    const { model, added_tokens } = file();
    expect(model.merges).toEqual([
      ["Ġ", "a"],
      ["Ċ", "Ċ"],
      ["Ã", "©"],
      ["a", "b"],
    ]);
    expect(model.vocab).toMatchObject({
      "!": 33,
      Ā: 0,
      Ń: 173,
      Ġa: 256,
      ĊĊ: 257,
      "Ã©": 258,
      ab: 259,
      "<|endoftext|>": 260,
    });
    expect(Object.keys(model.vocab)).toHaveLength(261);
    expect(added_tokens).toEqual([
      expect.objectContaining({ id: 260, content: "<|endoftext|>", special: true }),
    ]);
  });

  it("has one text for the same merges (golden: corpora name their tokenizer by this hash)", () => {
    expect(hashOf(merges)).toBe(createHash("sha256").update(formatTokenizer(merges)).digest("hex"));
    expect(hashOf(merges).slice(0, 16)).toBe("284e809c526172b1");
    expect(hashOf(new Uint32Array())).not.toBe(hashOf(merges));
  });
});

describe("parseTokenizer", () => {
  it("takes the merges back, whatever the layout", () => {
    expect(parseTokenizer(formatTokenizer(merges), "t.json")).toEqual(merges);
    const { model, ...others } = file();
    expect(parseTokenizer(JSON.stringify({ model, ...others }), "t.json")).toEqual(merges);
  });

  it.each([
    ["not JSON", "{", "it is not JSON"],
    [
      "another kind of model",
      JSON.stringify({ model: { type: "Unigram", merges: [] } }),
      "it has no BPE merges",
    ],
    ["no object", "null", "it has no BPE merges"],
    [
      "a merge of an unknown token",
      JSON.stringify({ ...file(), model: { ...file().model, merges: [["ab", "c"]] } }),
      "merge 0 joins a token that no earlier merge makes",
    ],
    [
      "another rule",
      JSON.stringify({ ...file(), normalizer: { type: "NFC" } }),
      "its settings or token numbers differ",
    ],
    [
      "other numbers",
      JSON.stringify({ ...file(), model: { ...file().model, vocab: { a: 0 } } }),
      "its settings or token numbers differ",
    ],
  ])("refuses %s", (_, text, reason) => {
    expect(() => parseTokenizer(text, "t.json")).toThrow(
      `tokenizer must be one that counterweight wrote: ${reason} (t.json)`,
    );
  });
});
