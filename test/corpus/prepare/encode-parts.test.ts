import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { encodeParts } from "../../../src/corpus/prepare/encode-parts.ts";
import { readDataset } from "../../../src/corpus/prepare/dataset-file.ts";
import type { PartRecord } from "../../../src/corpus/prepare/part-record.ts";
import type { Part, Plan } from "../../../src/corpus/prepare/plan.ts";
import { createProgress } from "../../../src/corpus/prepare/progress.ts";
import { slicesOf } from "../../../src/corpus/prepare/slice.ts";
import { openWorkerPool } from "../../../src/corpus/prepare/worker-pool.ts";
import { createTokenizer } from "../../../src/corpus/tokenizer/tokenizer.ts";
import { createFiles } from "../../../src/files.ts";
import { smallDatasetFolder } from "../../support/dataset-folder.ts";

describe("encodeParts", () => {
  it("makes the unfinished parts only, in order, each from its own slices", async () => {
    const folder = await smallDatasetFolder();
    const files = createFiles();
    for (const name of ["train", "held-out"]) await mkdir(join(folder, name));
    const lengthOf = async (name: string): Promise<number> => (await readFile(join(folder, name))).length;
    const partOf = async (domain: number, name: string, input: string): Promise<Part> => ({
      domain,
      name,
      slices: slicesOf(join(folder, input), domain === 0 ? "text" : "jsonl", await lengthOf(input)),
    });
    const parts = [
      await partOf(0, "tales-00000", "tales.txt"),
      await partOf(1, "lines-00000", "one.jsonl"),
      await partOf(1, "lines-00001", "two.jsonl"),
    ];
    const plan: Plan = { key: "k", inputBytes: 1, parts };
    const source = await readDataset(files, join(folder, "dataset.yaml"));
    const tokenizer = createTokenizer(new Uint32Array());
    const bound = { documents: 100, heldOutBound: 2 ** 30 };
    const survey = { key: "k", tokenizerHash: tokenizer.hash, domains: [bound, bound] };
    const work = { source, plan, out: folder, files, progress: createProgress(() => {}) };
    const finished = new Map([[parts[1]!, { key: "k", training: null, heldOut: null }]]);
    const pool = openWorkerPool(2);
    const made: [string, PartRecord][] = [];
    for await (const [part, record] of encodeParts(work, { survey, tokenizer }, finished, pool))
      made.push([part.name, record]);
    await pool.close();
    expect(made.map(([name]) => name)).toEqual(["tales-00000", "lines-00001"]);
    for (const [name, { key, training, heldOut }] of made) {
      expect(key).toBe("k");
      expect([training!.uri, heldOut!.uri]).toEqual([`train/${name}.parquet`, `held-out/${name}.parquet`]);
      // A quarter is held out; training rows come in about 8 blocks, held-out rows in one.
      expect(heldOut!.rows / (training!.rows + heldOut!.rows)).toBeCloseTo(0.25, 0);
      expect([training!.blocks.length, heldOut!.blocks.length]).toEqual([8, 1]);
    }
  });
});
