import { createHash } from "node:crypto";
import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { type PartRecord, readFinishedParts, writeRecord } from "../../../src/corpus/prepare/part-record.ts";
import type { Part, Plan } from "../../../src/corpus/prepare/plan.ts";
import { createFiles } from "../../../src/files.ts";
import { folderWith } from "../../support/dataset-folder.ts";

const files = createFiles();
const part: Part = { domain: 0, name: "a-00000", slices: [] };
const plan: Plan = { key: "k", inputBytes: 0, parts: [part] };
const record: PartRecord = {
  key: "k",
  training: {
    uri: "a.parquet",
    sha256: createHash("sha256").update("shard").digest("hex"),
    textBytes: 10,
    rows: 2,
    bytes: 5,
    footerHash: "f",
    blocks: [{ rows: 2, crc32: 1 }],
  },
  heldOut: null,
};
const corpusFolder = async (): Promise<string> => {
  const out = await folderWith({ "a.parquet": "shard", "prepared/other.json": "{}" });
  await writeRecord(files, out, part.name, record);
  return out;
};

describe("readFinishedParts", () => {
  it("takes a part whose shards are as they were written", async () => {
    const finished = await readFinishedParts(files, await corpusFolder(), plan);
    expect([...finished]).toEqual([[part, record]]);
  });

  it.each<[string, (out: string) => Promise<void>]>([
    ["its record is missing", (out) => rm(join(out, "prepared/a-00000.json"))],
    [
      "its record is cut",
      async (out) =>
        writeFile(
          join(out, "prepared/a-00000.json"),
          (await readFile(join(out, "prepared/a-00000.json"))).subarray(0, 40),
        ),
    ],
    ["its record is of another shape", (out) => writeFile(join(out, "prepared/a-00000.json"), '{"key":"k"}')],
    ["a shard is missing", (out) => rm(join(out, "a.parquet"))],
    ["a shard is altered", (out) => writeFile(join(out, "a.parquet"), "sharD")],
    ["a shard is longer", (out) => appendFile(join(out, "a.parquet"), "x")],
  ])("leaves a part to be made when %s", async (_, damage) => {
    const out = await corpusFolder();
    await damage(out);
    expect((await readFinishedParts(files, out, plan)).size).toBe(0);
  });

  it("leaves a part of another plan to be made", async () => {
    expect((await readFinishedParts(files, await corpusFolder(), { ...plan, key: "other" })).size).toBe(0);
  });
});
