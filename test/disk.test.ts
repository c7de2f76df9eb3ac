import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { nodeDisk } from "../src/disk.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-disk-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the machine's disk", () => {
  it.each(["create", "keep", "durable"] as const)("writes at a position, and cuts: %s", async (mode) => {
    const path = join(folder, "file");
    const file = await nodeDisk.openFile(path, mode);
    await file.write(Buffer.from("abcdef"), 0);
    await file.write(Buffer.from("XY"), 2);
    await file.sync();
    await file.truncate(5);
    await file.close();
    expect(readFileSync(path, "utf8")).toBe("abXYe");
  });

  it("refuses to create a file that is there, and keeps one", async () => {
    const path = join(folder, "file");
    await (await nodeDisk.openFile(path, "create")).close();
    await expect(nodeDisk.openFile(path, "create")).rejects.toMatchObject({ code: "EEXIST" });
    for (const mode of ["keep", "durable"] as const) await (await nodeDisk.openFile(path, mode)).close();
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  it("makes, renames and removes folders, whatever is in them", async () => {
    await nodeDisk.makeFolder(join(folder, "a", "b"));
    await nodeDisk.rename(join(folder, "a"), join(folder, "c"));
    await nodeDisk.syncFolder(folder);
    expect(readdirSync(join(folder, "c"))).toEqual(["b"]);
    await nodeDisk.remove(join(folder, "c"));
    await nodeDisk.remove(join(folder, "never there"));
    expect(readdirSync(folder)).toEqual([]);
  });
});
