import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { preSplitPattern, wordEnd } from "../../../src/corpus/tokenizer/pre-split.ts";
import { unicodeText } from "../../support/unicode-text.ts";

const wordsOf = (text: string): string[] => {
  const bytes = new TextEncoder().encode(text);
  const words: string[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = wordEnd(bytes, start, bytes.length);
    words.push(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(start, end)));
    start = end;
  }
  return words;
};

/** Text that is dense in what the rule distinguishes. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(" ", "\n", "\t", "a", "Z", "7", "0", "-", "(", "é", "\u00a0", "日"),
    unicodeText({ minLength: 1, maxLength: 1 }),
  ),
});

describe("wordEnd", () => {
  it("gives a word its one blank and leaves the rest to white space", () => {
    expect(wordsOf("Call me\n\n  Ishmael, 1851.")).toEqual([
      "Call",
      " me",
      "\n\n ",
      " Ishmael",
      ",",
      " 185",
      "1",
      ".",
    ]);
    expect(wordsOf("  x")).toEqual([" ", " x"]);
    expect(wordsOf("\tx\n")).toEqual(["\t", "x", "\n"]);
    expect(wordsOf("x   ")).toEqual(["x", "   "]);
    expect(wordsOf(" 日本語 ok")).toEqual([" 日本語", " ok"]);
  });

  it("cuts where the pattern of the tokenizer's file cuts", () => {
    fc.assert(
      fc.property(text, (sample) => {
        expect(wordsOf(sample)).toEqual(sample.match(new RegExp(preSplitPattern, "gu")) ?? []);
      }),
      { numRuns: 500 },
    );
  });

  it("moves on, over any bytes, and stops at the end it is given", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), (bytes, cut) => {
        const end = 1 + (cut % bytes.length);
        for (let start = 0; start < end;) {
          const next = wordEnd(bytes, start, end);
          expect(next).toBeGreaterThan(start);
          expect(next).toBeLessThanOrEqual(end);
          start = next;
        }
      }),
    );
  });
});
