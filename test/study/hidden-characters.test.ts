import { describe, expect, it } from "vitest";

import { hiddenCharacters, nameOfHidden } from "../../src/study/hidden-characters.ts";

const shown = (text: string): string => text.replaceAll(hiddenCharacters, nameOfHidden);

describe("hidden characters", () => {
  it.each([
    ["line breaks and tabs", "a\tb\r\n", "a\\tb\\r\\n"],
    ["controls of a terminal", "\u001b[31mred\u007f\u009b", "\\u{1b}[31mred\\u{7f}\\u{9b}"],
    ["what turns the reading direction", "a\u202eb\u2066c\u200f", "a\\u{202e}b\\u{2066}c\\u{200f}"],
    ["what has no width", "\ufeffa\u200bb\u00ad", "\\u{feff}a\\u{200b}b\\u{ad}"],
    ["half a surrogate pair", "a\ud800b", "a\\u{d800}b"],
  ])("names %s", (_, text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it("leaves whole characters of every script alone", () => {
    const text = "naïve עברית العربية 漢字 🎈";
    expect(shown(text)).toBe(text);
  });

  it("finds the same in every call", () => {
    expect([shown("\u0000"), shown("\u0000")]).toEqual(["\\u{0}", "\\u{0}"]);
  });
});
