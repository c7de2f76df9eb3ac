import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { claimFolder } from "../../../src/corpus/prepare/claim-folder.ts";
import type { Plan } from "../../../src/corpus/prepare/plan.ts";
import { createFiles } from "../../../src/files.ts";
import { contentsOf, folderWith } from "../../support/dataset-folder.ts";

const files = createFiles();
const plan: Plan = { key: "one", inputBytes: 0, parts: [] };
const otherPlan: Plan = { ...plan, key: "two" };
const claim = (out: string, by: Plan): Promise<void> =>
  claimFolder(files, out, by, join(out, "manifest.json"));

describe("claimFolder", () => {
  it("makes the folders and marks them, also where nothing is yet", async () => {
    const out = join(await folderWith({}), "deep/corpus");
    await claim(out, plan);
    expect(await readdir(out)).toEqual(["held-out", "prepared", "train"]);
    expect(Object.keys(await contentsOf(out))).toEqual(["prepared/plan.json"]);
  });

  it("keeps its own work and sweeps what was half written", async () => {
    const out = await folderWith({
      "train/a.parquet": "a",
      "train/b.parquet.partial-shard": "b",
      "prepared/a.json.partial-1": "",
      "manifest.json.partial-2": "",
      "notes.txt": "mine",
    });
    await claim(out, plan);
    await claim(out, plan);
    expect(Object.keys(await contentsOf(out))).toEqual([
      "notes.txt",
      "prepared/plan.json",
      "train/a.parquet",
    ]);
  });

  it("removes an abandoned start of another dataset, and nothing else", async () => {
    const out = await folderWith({ "train/a.parquet": "a", "prepared/a.json": "{}", "notes.txt": "mine" });
    await claim(out, plan);
    expect(Object.keys(await contentsOf(out))).toContain("train/a.parquet");
    await claim(out, otherPlan);
    expect(Object.keys(await contentsOf(out))).toEqual(["notes.txt", "prepared/plan.json"]);
  });

  it("refuses a finished corpus of another dataset, and one it did not make", async () => {
    const out = await folderWith({ "manifest.json": "{}" });
    const problem = `the folder must be empty or hold the corpus of this dataset, got another corpus (${out})`;
    await expect(claim(out, plan)).rejects.toThrow(problem);
    await rm(join(out, "manifest.json"));
    await claim(out, plan);
    await files.publish(join(out, "manifest.json"), "{}");
    await claim(out, plan);
    const before = await contentsOf(out);
    await expect(claim(out, otherPlan)).rejects.toThrow(problem);
    expect(await contentsOf(out)).toEqual(before);
  });
});
