import { mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { openLocalSource } from "../../src/bytes/local.ts";
import { SourceError } from "../../src/errors.ts";
import { inFolder } from "../support/corpus-on-disk.ts";

const content = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) % 251);

describe("a local file as a source", () => {
  it("gives any range, into a given buffer or a fresh one", () =>
    inFolder(async (folder) => {
      const path = join(folder, "bytes");
      await writeFile(path, content);
      const source = await openLocalSource(path);
      expect(source.byteLength).toBe(1000);
      const range = fc.tuple(fc.nat(1000), fc.nat(1000)).map((ends) => ends.toSorted((a, b) => a - b));
      await fc.assert(
        fc.asyncProperty(range, fc.boolean(), async ([start, end], given) => {
          const into = new Uint8Array(1200).fill(255);
          const bytes = await source.read(start!, end!, given ? { into } : {});
          expect(bytes).toEqual(content.slice(start, end));
          expect(bytes.buffer === into.buffer).toBe(given);
          expect(into.subarray(end! - start!).every((byte) => byte === 255)).toBe(true);
        }),
      );
      await source.close();
    }));

  it("says what was asked of a file that was cut meanwhile", () =>
    inFolder(async (folder) => {
      const path = join(folder, "bytes");
      await writeFile(path, content);
      const source = await openLocalSource(path, "bytes");
      await truncate(path, 600);
      await expect(source.read(500, 700)).rejects.toThrow(
        "the file must have at least 700 bytes, got 600 (bytes)",
      );
      await source.close();
    }));

  it("names a missing file, a folder and an aborted read", () =>
    inFolder(async (folder) => {
      const missing = openLocalSource(join(folder, "none"), "none");
      await expect(missing).rejects.toThrow("cannot open the file (none, open, ENOENT)");
      await expect(missing).rejects.toMatchObject({
        code: "CW_SOURCE",
        facts: { retryable: false, hint: "put the file back, or prepare the corpus again" },
      });
      await mkdir(join(folder, "inner"));
      await expect(openLocalSource(join(folder, "inner"), "inner")).rejects.toThrow(
        "cannot open the file (inner, open, EISDIR)",
      );
      await writeFile(join(folder, "bytes"), content);
      const source = await openLocalSource(join(folder, "bytes"), "bytes");
      const aborted = source.read(0, 10, { signal: AbortSignal.abort() });
      await expect(aborted).rejects.toThrow("the read was aborted (bytes, offset 0)");
      await expect(aborted).rejects.toBeInstanceOf(SourceError);
      await source.close();
    }));
});
