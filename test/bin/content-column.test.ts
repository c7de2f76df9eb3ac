import { describe, expect, it } from "vitest";

import { contentOf, withContents } from "../../src/bin/content-column.ts";

describe("what an instance says", () => {
  it("is its text, or its first tokens where there is none", () => {
    expect(contentOf({ tokens: [1, 2], text: "one" })).toBe("one");
    expect(contentOf({ tokens: [1, 2], text: null })).toBe("tokens 1 2");
    expect(contentOf({ tokens: Array.from({ length: 40 }, () => 7), text: null })).toBe(
      `tokens ${"7 ".repeat(32).trimEnd()}`,
    );
  });
});

describe("a column of contents", () => {
  it("stands behind the table, made safe and cut to what room there is", () => {
    const contents = [
      { tokens: [], text: "a\n\u001b[2Jb" },
      { tokens: [], text: "x".repeat(500) },
    ];
    expect(withContents("name\na\nlonger\n", contents, 40)).toBe(
      ["name    text", "a       a\\n\\u{1b}[2Jb", `longer  ${"x".repeat(31)}…`, ""].join("\n"),
    );
    const narrow = withContents("name\na\nlonger\n", contents, 5).split("\n");
    expect(narrow[2]).toBe(`longer  ${"x".repeat(19)}…`);
  });

  it("is empty where there is no content", () => {
    expect(withContents("name\na\nb\n", [null, { tokens: [], text: "text of b" }], 40)).toBe(
      "name  text\na\nb     text of b\n",
    );
  });

  it("may be longer than a call has arguments", () => {
    const rows = 200_000;
    const contents = Array.from({ length: rows }, () => null);
    expect(withContents(`name\n${"a\n".repeat(rows)}`, contents, 40)).toHaveLength(
      "name  text\n".length + 2 * rows,
    );
  });
});
