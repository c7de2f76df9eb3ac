import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { decodeJsonLines } from "../../../src/corpus/prepare/jsonl.ts";
import { unicodeText } from "../../support/unicode-text.ts";

const documentsOf = (text: string): string[] => {
  const { bytes, ends } = decodeJsonLines(new TextEncoder().encode(text), "a.jsonl", 100);
  return ends.map((end, index) =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(ends[index - 1] ?? 0, end)),
  );
};

describe("decodeJsonLines", () => {
  it("gives the text of each line, long ones in pieces, empty ones not at all", () => {
    expect(
      documentsOf(
        '{"text":"one","id":1}\n\r\n{"text":""}\n {"text":"\\u00e9\\n\\ud83d\\ude00"} \r\n{"text":"last"}',
      ),
    ).toEqual(["one", "é\n😀", "last"]);
    expect(documentsOf(JSON.stringify({ text: "x".repeat(9000) })).map((text) => text.length)).toEqual([
      8192, 808,
    ]);
    expect(documentsOf("")).toEqual([]);
  });

  it("brings any texts back", () => {
    const text = unicodeText({ minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
        expect(documentsOf(texts.map((each) => JSON.stringify({ text: each })).join("\n"))).toEqual(texts);
      }),
    );
  });

  it.each(["not json", "[1]", "null", '"text"', "{}", '{"text":5}'])("refuses the line %s", (line) => {
    expect(() => documentsOf(`{"text":"a"}\n${line}\n`)).toThrow(
      "line must be a JSON object with a string under text (a.jsonl, offset 113)",
    );
  });

  it("refuses half a surrogate pair", () => {
    expect(() => documentsOf('{"text":"\\ud83d"}')).toThrow(
      "text must be Unicode, got half a surrogate pair (a.jsonl, offset 100)",
    );
  });
});
