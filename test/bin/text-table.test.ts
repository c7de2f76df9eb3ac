import { describe, expect, it } from "vitest";

import { textTable } from "../../src/bin/text-table.ts";

describe("a text table", () => {
  it("has its first column to the left, the others to the right", () => {
    expect(
      textTable([
        ["domain", "rows", "share"],
        ["novel", "1234", "5%"],
        ["code", "7", "100%"],
      ]),
    ).toBe("domain  rows  share\nnovel   1234     5%\ncode       7   100%\n");
  });

  it("takes rows of different lengths, and leaves no blanks at their ends", () => {
    expect(textTable([["a", "", "1"], ["long name"], ["b", "22", ""]])).toBe(
      "a              1\nlong name\nb          22\n",
    );
    expect(textTable([])).toBe("");
  });

  it("has other columns to the left where that is said", () => {
    const rows = [
      ["n", "name"],
      ["10", "x"],
      ["9", "long"],
    ];
    expect(textTable(rows, (column) => column === 1)).toBe(" n  name\n10  x\n 9  long\n");
    expect(textTable(rows, () => false)).toBe(" n  name\n10     x\n 9  long\n");
  });
});
