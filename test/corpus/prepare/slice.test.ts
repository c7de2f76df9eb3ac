import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

import type { Documents } from "../../../src/corpus/prepare/document-cut.ts";
import { readSlice, sliceBytes, slicesOf } from "../../../src/corpus/prepare/slice.ts";
import { folderWith, jsonLines, paragraphs } from "../../support/dataset-folder.ts";

const textOf = ({ bytes, ends }: Documents): string =>
  Buffer.from(bytes.subarray(0, ends.at(-1) ?? 0)).toString();

const spans = (path: string, byteLength: number): number[][] =>
  slicesOf(path, "text", byteLength).map(({ start, end }) => [start, end]);

describe("slicesOf", () => {
  it("covers a file every 16 MiB, a compressed one at once", () => {
    expect(spans("a.txt", 0)).toEqual([]);
    expect(spans("a.txt", 10)).toEqual([[0, 10]]);
    expect(spans("a.txt", 2 * sliceBytes + 1)).toEqual([
      [0, sliceBytes],
      [sliceBytes, 2 * sliceBytes],
      [2 * sliceBytes, 2 * sliceBytes + 1],
    ]);
    expect(spans("a.txt.gz", 2 * sliceBytes + 1)).toEqual([[0, 2 * sliceBytes + 1]]);
  });
});

describe("readSlice", () => {
  it("gives every line to one slice, wherever the file is cut", async () => {
    const text = `one\ntwo\n\n\nthree\nfour`;
    const path = join(await folderWith({ "a.txt": text }), "a.txt");
    for (let cut = 1; cut < text.length; cut++) {
      const first = textOf(await readSlice({ path, format: "text", start: 0, end: cut }));
      const second = textOf(await readSlice({ path, format: "text", start: cut, end: text.length }));
      expect(first + second).toBe(text);
      expect(first === "" || first.endsWith("\n") || second === "").toBe(true);
    }
  });

  it("finds a line's end far away, and gives what has none to the first slice", async () => {
    const folder = await folderWith({ "a.txt": "x".repeat(200_000) });
    const path = join(folder, "a.txt");
    expect(textOf(await readSlice({ path, format: "text", start: 0, end: 10 }))).toHaveLength(200_000);
    expect(textOf(await readSlice({ path, format: "text", start: 10, end: 200_000 }))).toBe("");
    await appendFile(path, "\ny");
    expect(textOf(await readSlice({ path, format: "text", start: 10, end: 200_002 }))).toBe("y");
  });

  it("reads compressed files as the plain ones", async () => {
    const lines = jsonLines(40);
    const folder = await folderWith({
      "a.jsonl": lines,
      "b.jsonl.gz": gzipSync(lines),
      "c.txt.gz": gzipSync("text"),
    });
    const read = (name: string, format: "text" | "jsonl", end: number): Promise<Documents> =>
      readSlice({ path: join(folder, name), format, start: 0, end });
    const plain = await read("a.jsonl", "jsonl", lines.length);
    expect(plain.ends).toHaveLength(40);
    expect(textOf(plain)).toBe(paragraphs(40).join(""));
    expect(await read("b.jsonl.gz", "jsonl", gzipSync(lines).length)).toEqual(plain);
    expect(textOf(await read("c.txt.gz", "text", gzipSync("text").length))).toBe("text");
  });

  it("names what cannot be read by file and offset", async () => {
    const folder = await folderWith({ "a.txt": Buffer.from("ok\nok\xe9\n", "latin1"), "b.txt.gz": "plain" });
    const path = join(folder, "a.txt");
    await expect(readSlice({ path, format: "text", start: 2, end: 7 })).rejects.toThrow(
      `text must be UTF-8, got byte 0xe9 (${path}, offset 5)`,
    );
    const zipped = join(folder, "b.txt.gz");
    await expect(readSlice({ path: zipped, format: "text", start: 0, end: 5 })).rejects.toThrow(
      `file must be gzip, as its name says (${zipped})`,
    );
    await writeFile(path, "x\n{\n");
    await expect(readSlice({ path, format: "jsonl", start: 1, end: 4 })).rejects.toThrow(
      `line must be a JSON object with a string under text (${path}, offset 2)`,
    );
  });
});
