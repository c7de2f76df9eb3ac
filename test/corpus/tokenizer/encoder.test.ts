import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { createEncoder } from "../../../src/corpus/tokenizer/encoder.ts";
import { wordEnd } from "../../../src/corpus/tokenizer/pre-split.ts";
import { trainBpe } from "../../../src/corpus/tokenizer/train-bpe.ts";
import { createVocabulary, type Vocabulary } from "../../../src/corpus/tokenizer/vocabulary.ts";
import { WordCounts } from "../../../src/corpus/tokenizer/word-counts.ts";

/** Encoding by the definition: of all neighbours, join the pair learned first, the leftmost of equals; again. */
const mergeNaively = (bytes: Uint8Array, { merges, mergedTokens }: Vocabulary): number[] => {
  const tokens = [...bytes];
  for (;;) {
    let best = mergedTokens.length;
    let place = -1;
    for (let at = 0; at + 1 < tokens.length; at++)
      for (let merge = 0; merge < best; merge++)
        if (merges[2 * merge] === tokens[at] && merges[2 * merge + 1] === tokens[at + 1]) {
          best = merge;
          place = at;
        }
    if (place < 0) return tokens;
    tokens.splice(place, 2, mergedTokens[best]!);
  }
};

const encodeNaively = (bytes: Uint8Array, vocabulary: Vocabulary): number[] => {
  const tokens: number[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = wordEnd(bytes, start, bytes.length);
    tokens.push(...mergeNaively(bytes.subarray(start, end), vocabulary));
    start = end;
  }
  return tokens;
};

const trained = (() => {
  const text =
    "abcab abba aaaa cab baac abcabc aab bcaab cabcab acab ".repeat(4) +
    "ccc bbb aaaaaaaa abababab\n".repeat(5);
  const counts = new WordCounts();
  counts.addDocument(new TextEncoder().encode(text), 0, text.length);
  return createVocabulary(trainBpe(counts.pack(), 285));
})();

const encoded = (encode: ReturnType<typeof createEncoder>, bytes: Uint8Array): number[] => {
  const target = new Uint16Array(bytes.length + 2);
  const end = encode(bytes, 0, bytes.length, target, 2);
  expect([...target.subarray(0, 2)]).toEqual([0, 0]);
  return [...target.subarray(2, end)];
};

describe("createEncoder", () => {
  const encode = createEncoder(trained);

  it("equals merging by the definition, for words short and long, seen and unseen", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c", " ", "\n"), maxLength: 200 });
    fc.assert(
      fc.property(text, (sample) => {
        const bytes = new TextEncoder().encode(sample);
        expect(encoded(encode, bytes)).toEqual(encodeNaively(bytes, trained));
      }),
      { numRuns: 300 },
    );
  });

  it("equals it too where two merges make one token and a later pair was learned earlier", () => {
    const [a, b, c] = [97, 98, 99];
    // "abc" is learned as (ab, c), joined with itself, and then learned again as (a, bc).
    const vocabulary = createVocabulary(Uint32Array.of(b, c, a, b, 257, c, 258, 258, a, 256));
    expect([...vocabulary.mergedTokens]).toEqual([256, 257, 258, 259, 258]);
    const merge = createEncoder(vocabulary);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 60 }), (sample) => {
        const bytes = new TextEncoder().encode(sample);
        expect(encoded(merge, bytes)).toEqual(encodeNaively(bytes, vocabulary));
      }),
    );
    expect(encoded(merge, new TextEncoder().encode("abcabcabc"))).toEqual([259, 258]);
  });

  it("reads only its part of the bytes", () => {
    const bytes = new TextEncoder().encode("xxabcab");
    const target = new Uint32Array(8);
    const end = encode(bytes, 2, 5, target, 0);
    expect([...target.subarray(0, end)]).toEqual(encodeNaively(bytes.subarray(2, 5), trained));
  });

  it("keeps encoding right when it starts its memory of words over", () => {
    const lines = Array.from(
      { length: 140_000 },
      (_, index) =>
        `${(index * 7) % 1000}-${String.fromCharCode(97 + (index % 26))}${index.toString(2).replaceAll("0", "a").replaceAll("1", "b")}`,
    );
    const bytes = new TextEncoder().encode(lines.join("\n"));
    const target = new Uint16Array(bytes.length);
    const first = target.slice(0, encode(bytes, 0, bytes.length, target, 0));
    const fresh = createEncoder(trained);
    const tail = bytes.subarray(bytes.indexOf(0x0a, bytes.length - 5000));
    const tailTokens = encoded(fresh, tail);
    expect([...first.subarray(-tailTokens.length)]).toEqual(tailTokens);
  });

  it("copies bytes when there are no merges", () => {
    const bytes = Uint8Array.of(0, 255, 32, 97);
    expect(encoded(createEncoder(createVocabulary(new Uint32Array())), bytes)).toEqual([...bytes]);
  });
});
