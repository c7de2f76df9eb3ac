import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { checkUtf8, firstInvalidUtf8 } from "../../../src/corpus/prepare/utf8.ts";
import { unicodeText } from "../../support/unicode-text.ts";

/** Length of the longest prefix that a strict decoder takes and that ends between characters. */
const validPrefix = (bytes: Uint8Array): number => {
  for (let length = bytes.length; ; length--)
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
      return length;
    } catch {
      continue;
    }
};

describe("firstInvalidUtf8", () => {
  it("finds the byte that a strict decoder stops at", () => {
    const edges = fc.constantFrom(
      0x00,
      0x41,
      0x7f,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc0,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xec,
      0xed,
      0xee,
      0xef,
      0xf0,
      0xf3,
      0xf4,
      0xf5,
      0xff,
    );
    fc.assert(
      fc.property(fc.array(edges, { maxLength: 12 }), (values) => {
        const bytes = Uint8Array.from(values);
        const valid = validPrefix(bytes);
        expect(firstInvalidUtf8(bytes)).toBe(valid === bytes.length ? -1 : valid);
      }),
      { numRuns: 2000 },
    );
  });

  it("takes all of Unicode", () => {
    fc.assert(
      fc.property(unicodeText({ maxLength: 40 }), (text) => {
        expect(firstInvalidUtf8(new TextEncoder().encode(text))).toBe(-1);
      }),
    );
  });
});

describe("checkUtf8", () => {
  it("names file and offset", () => {
    expect(() => checkUtf8(Uint8Array.of(97, 0xe9, 97), "latin.txt", 1000)).toThrow(
      "text must be UTF-8, got byte 0xe9 (latin.txt, offset 1001)",
    );
    expect(checkUtf8(Uint8Array.of(97), "ascii.txt", 0)).toBeUndefined();
  });
});
