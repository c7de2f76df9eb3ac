import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type RunAnswers, askRun } from "../../../src/study/questions/ask-run.ts";
import { namedInstances, readContents } from "../../../src/study/questions/named-contents.ts";
import { quickFiles } from "../../support/ledger-on-disk.ts";
import { pipelineOver, record, reopen } from "../../support/recorded-runs.ts";
import { tokenAt, writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let answers: RunAnswers;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-named-contents-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  await record(join(folder, "run"), pipelineOver(manifestPath, { steps: 30 }));
  answers = await askRun(await reopen(join(folder, "run")), {});
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ranked = (shard: number, row: number) => ({
  shard,
  row,
  domain: 0,
  visits: 3,
  firstLoss: 4,
  lastLoss: 3,
  minLoss: 2,
  maxLoss: 5,
  mean: 3,
  variance: 1,
  drop: 1,
  forgetting: 1,
  lastStep: 20,
});

describe("instances that answers name", () => {
  it("are each there once; of duplicates one stands for all", () => {
    const named = namedInstances({
      ...answers,
      hardest: [ranked(0, 1), ranked(2, 3)],
      forgotten: [ranked(2, 3)],
      neverVisited: [
        { instances: 9, neverVisited: 2, sample: [{ shard: 0, row: 8 }] },
        { instances: 9, neverVisited: 0, sample: [] },
      ],
      duplicates: {
        domains: [],
        groups: 1,
        largest: [
          [
            { shard: 0, row: 5 },
            { shard: 1, row: 5 },
          ],
        ],
      },
    });
    expect(named).toEqual([
      { shard: 0, row: 1 },
      { shard: 2, row: 3 },
      { shard: 0, row: 8 },
      { shard: 0, row: 5 },
    ]);
    expect(namedInstances(answers)).toEqual([]);
  });
});

describe("their contents", () => {
  it("are read from the corpus, by instance", async () => {
    const run = await reopen(join(folder, "run"));
    const { of, missing } = await readContents(quickFiles, run, [
      { shard: 2, row: 3 },
      { shard: 0, row: 11 },
    ]);
    expect(missing).toBeNull();
    for (const [shard, row] of [
      [0, 11],
      [2, 3],
    ] as const)
      expect(of({ shard, row })).toEqual({
        tokens: Array.from({ length: 8 }, (_, position) => tokenAt(shard, row, position, 32)),
        text: null,
      });
    expect(of({ shard: 0, row: 12 })).toBeNull();
  });

  it("are left out, with the reason, where a shard is gone; what is no error of ours is thrown", async () => {
    const run = await reopen(join(folder, "run"));
    rmSync(join(folder, "corpus", "d1.parquet"));
    const { of, missing } = await readContents(quickFiles, run, [{ shard: 0, row: 11 }]);
    expect([of({ shard: 0, row: 11 }), missing]).toEqual([null, expect.stringContaining("d1.parquet")]);
    expect(await readContents(quickFiles, run, [])).toMatchObject({ missing: null });
    const broken = {
      ...quickFiles,
      exists: () => Promise.reject(new RangeError("broken")),
    };
    await expect(readContents(broken, run, [{ shard: 0, row: 11 }])).rejects.toThrow("broken");
  });
});
