import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { excerpt, linesOnTerminal, onTerminal } from "../../src/bin/terminal-text.ts";

const harmless = /^[^\p{Cc}\p{Cs}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]*$/u;

/** Any UTF-16 at all, unpaired surrogates included. */
const anyText = fc.uint16Array({ maxLength: 40 }).map((codes) => String.fromCharCode(...codes));

describe("text on a terminal", () => {
  it("shows what would move the cursor, colour, hide or turn around", () => {
    expect(onTerminal("a\tb\r\n\u001b[31mred\u0007\u009b2J")).toBe(
      "a\\tb\\r\\n\\u{1b}[31mred\\u{7}\\u{9b}2J",
    );
    expect(onTerminal("\u202eright\u2066\u200b\ufeff\u2028\ud800")).toBe(
      "\\u{202e}right\\u{2066}\\u{200b}\\u{feff}\\u{2028}\\u{d800}",
    );
    expect(linesOnTerminal("one\ntwo\u001b\n")).toBe("one\ntwo\\u{1b}\n");
  });

  it("leaves other text as it is", () => {
    for (const text of ["Tiger-lilies—what", "日本語 😀 é", "a\\b"]) expect(onTerminal(text)).toBe(text);
  });

  it("is harmless whatever it is", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 2, max: 30 }), (text, columns) => {
        expect(onTerminal(text)).toMatch(harmless);
        expect(excerpt(text, columns)).toMatch(harmless);
        expect(Array.from(excerpt(text, columns)).length).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it("is cut with an ellipsis, and only where it must be", () => {
    expect(excerpt("12345", 5)).toBe("12345");
    expect(excerpt("123456", 5)).toBe("1234…");
    expect(excerpt("a\nb", 3)).toBe("a\\…");
  });
});
