import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { cutInto, documentEnd, longestDocument } from "../../../src/corpus/prepare/document-cut.ts";
import type { TextFormat } from "../../../src/corpus/prepare/dataset.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const cut = (text: string, format: TextFormat = "text"): string[] => {
  const bytes = bytesOf(text);
  const ends: number[] = [];
  cutInto(ends, bytes, 0, bytes.length, format);
  return ends.map((end, index) =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(ends[index - 1] ?? 0, end)),
  );
};

const line = (length: number): string => "x".repeat(length - 1) + "\n";

describe("documentEnd", () => {
  it("leaves short texts whole", () => {
    expect(cut("")).toEqual([]);
    expect(cut("a\n\nb")).toEqual(["a\n\nb"]);
    expect(cut("x".repeat(longestDocument))).toHaveLength(1);
  });

  it("cuts behind the last blank line that fits, also of CRLF", () => {
    const one = `${line(3000)}\n${line(4000)}\n`;
    expect(cut(`${one}${line(3000)}`)).toEqual([one, line(3000)]);
    const windows = "x".repeat(7000) + "\r\n\r\n";
    expect(cut(windows + "y".repeat(7000))).toEqual([windows, "y".repeat(7000)]);
    const several = `${line(7000)}\n\n\n`;
    expect(cut(several + line(7000))).toEqual([several, line(7000)]);
  });

  it("cuts at a line's end without blank lines, after a blank without lines, between characters without blanks", () => {
    expect(cut(line(5000) + line(5000))).toEqual([line(5000), line(5000)]);
    expect(cut(`${"x".repeat(8000)} ${"y".repeat(8000)}`)).toEqual([
      `${"x".repeat(8000)} `,
      "y".repeat(8000),
    ]);
    expect(cut("日".repeat(3000)).map((text) => text.length)).toEqual([2730, 270]);
  });

  it("cuts a program between top-level pieces where it can", () => {
    const piece = `function f() {\n${line(5000)}\n${line(2000)}}\n\n`;
    expect(cut(piece + piece, "source")).toEqual([piece, piece]);
    expect(cut(piece + piece, "text")[0]).toBe(piece);
    const nested = `class A {\n  a;\n\n${`  m() {}\n\n`.repeat(1200)}}\n`;
    const [first, second] = cut(nested, "source");
    expect(first!.endsWith("  m() {}\n\n")).toBe(true);
    expect(first! + second!).toBe(nested);
    const early = `import a;\n\n${"  indented\n\n".repeat(1000)}`;
    expect(cut(early, "source")[0]!.length).toBeGreaterThan(8000);
  });

  it("keeps every byte, in pieces no longer than the limit, at characters' boundaries", () => {
    const unit = fc.constantFrom(
      "a",
      "é",
      "日",
      "😀",
      " ",
      "\n",
      "\n\n",
      "word ".repeat(300),
      "日".repeat(900),
    );
    fc.assert(
      fc.property(
        fc.array(unit, { maxLength: 60 }),
        fc.constantFrom<TextFormat>("text", "source"),
        (units, format) => {
          const text = units.join("");
          const pieces = cut(text, format);
          expect(pieces.join("")).toBe(text);
          for (const piece of pieces) expect(bytesOf(piece).length).toBeLessThanOrEqual(longestDocument);
        },
      ),
    );
  });

  it("moves on over bytes that are no text", () => {
    const bytes = new Uint8Array(20_000).fill(0x80);
    expect(documentEnd(bytes, 0, bytes.length, "text")).toBe(longestDocument);
  });
});
