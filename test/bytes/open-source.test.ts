import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";

import { openSource } from "../../src/bytes/open-source.ts";
import { inFolder } from "../support/corpus-on-disk.ts";

describe("an address becomes a source", () => {
  it("by relative path, absolute path and file address", () =>
    inFolder(async (folder) => {
      const path = join(folder, "a b");
      await writeFile(path, "seven b");
      for (const uri of ["a b", path, pathToFileURL(path).href]) {
        const source = await openSource(uri, folder);
        expect([source.uri, source.byteLength]).toEqual([uri, 7]);
        await source.close();
      }
    }));

  it("refuses schemes that are not read", async () => {
    await expect(openSource("https://example.org/a.parquet", "/")).rejects.toThrow(
      "address must be a path or file:, got https: (https://example.org/a.parquet)",
    );
  });
});
