import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { hashFile } from "../../../src/corpus/prepare/file-hash.ts";
import { folderWith } from "../../support/dataset-folder.ts";

describe("hashFile", () => {
  it("hashes a file piece by piece", async () => {
    const content = Buffer.alloc(9_000_000, "the whale ");
    const folder = await folderWith({ "long.txt": content, "empty.txt": "" });
    const pieces: number[] = [];
    expect(await hashFile(join(folder, "long.txt"), (bytes) => pieces.push(bytes))).toEqual({
      byteLength: 9_000_000,
      sha256: createHash("sha256").update(content).digest("hex"),
    });
    expect(pieces).toEqual([4_194_304, 4_194_304, 611_392]);
    expect(await hashFile(join(folder, "empty.txt"))).toEqual({
      byteLength: 0,
      sha256: createHash("sha256").digest("hex"),
    });
  });

  it("stops when asked to, and names a file that is not there", async () => {
    const folder = await folderWith({ "a.txt": "a" });
    await expect(hashFile(join(folder, "a.txt"), undefined, AbortSignal.abort())).rejects.toThrow(
      "read was aborted",
    );
    await expect(hashFile(join(folder, "b.txt"))).rejects.toThrow(
      /^cannot open the file \(.*b.txt, open, ENOENT\)$/,
    );
  });
});
