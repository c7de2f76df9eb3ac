import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { checkExportFolder } from "../../../src/study/export/export-folder.ts";
import { column } from "../../../src/study/export/run-table.ts";
import { writeParquet } from "../../../src/study/export/write-parquet.ts";
import { quickFiles, rejection } from "../../support/ledger-on-disk.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-export-folder-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const own = { "counterweight.run": "run", "counterweight.corpus": "abc", "counterweight.lastStep": "9" };

const writeTable = (name: string, metadata: Readonly<Record<string, string>>): Promise<number> =>
  writeParquet(
    quickFiles,
    join(folder, name),
    { name: "steps", description: "", columns: [column("step", "uint32", "")], async *batches() {} },
    { metadata, statistics: true, onProgress: () => undefined },
  );

const check = (): Promise<void> => checkExportFolder(quickFiles, folder, own);

describe("the folder of an export", () => {
  it("may be missing, empty, or hold an earlier export of the run", async () => {
    await expect(checkExportFolder(quickFiles, join(folder, "none"), own)).resolves.toBeUndefined();
    await expect(check()).resolves.toBeUndefined();
    await writeTable("steps.parquet", { ...own, "counterweight.lastStep": "4" });
    await writeTable("shards.parquet", own);
    await expect(check()).resolves.toBeUndefined();
  });

  it("may hold nothing else, which is named", async () => {
    writeFileSync(join(folder, "notes.txt"), "mine");
    expect(await rejection(check())).toBe(
      `ConfigError: the folder holds notes.txt, which is no export (${folder})`,
    );
    await expect(check()).rejects.toMatchObject({
      hint: expect.stringContaining("choose another folder (--to)"),
    });
  });

  it("may not hold another run's export, or Parquet files of ours in name alone", async () => {
    await writeTable("steps.parquet", { ...own, "counterweight.run": "other" });
    expect(await rejection(check())).toContain(
      "the folder holds the export of another run: steps.parquet is of other",
    );
    await writeTable("steps.parquet", { ...own, "counterweight.corpus": "xyz" });
    expect(await rejection(check())).toContain("the export of another run: steps.parquet is of run");
    await writeTable("steps.parquet", {});
    expect(await rejection(check())).toContain("holds steps.parquet, which is no export");
    writeFileSync(join(folder, "steps.parquet"), "no Parquet at all");
    expect(await rejection(check())).toContain("holds steps.parquet, which is no export");
    rmSync(join(folder, "steps.parquet"));
    mkdirSync(join(folder, "steps.parquet"));
    expect(await rejection(check())).toContain("holds steps.parquet, which is no export");
  });
});
