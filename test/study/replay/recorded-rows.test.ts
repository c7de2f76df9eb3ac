import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { batchOf, visitsOf } from "../../../src/study/replay/recorded-rows.ts";
import { rejection } from "../../support/ledger-on-disk.ts";
import {
  observationsOf,
  pipelineOver,
  record,
  reopen,
  rollBack,
  scriptedLoss,
} from "../../support/recorded-runs.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let dir: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-rows-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  dir = join(folder, "run");
  await record(dir, pipelineOver(manifestPath, { steps: 50 }));
  await rollBack(dir, 40, 60);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("rows of the log", () => {
  it("of one instance are its visits, in order, of the live branch only", async () => {
    const run = await reopen(dir);
    const done: number[] = [];
    const visits = await visitsOf(run, { shard: 2, row: 5 }, (step) => done.push(step));
    expect(visits.length).toBeGreaterThan(2);
    expect(done).toHaveLength(60);
    for (const [at, visit] of visits.entries()) {
      expect(visit).toMatchObject({ shard: 2, row: 5, domain: 1, targets: 7, trained: true });
      expect(visit.loss).toBe(Math.fround(scriptedLoss(2, 5, at + 1)));
      if (at > 0) expect(visit.step).toBeGreaterThan(visits[at - 1]!.step);
    }
    expect(await visitsOf(run, { shard: 1, row: 0 })).toEqual([]);
  });

  it("of one step are its batch, with its record", async () => {
    const run = await reopen(dir);
    const observed = (await observationsOf(run))[44]!;
    const { rows, metrics, step } = await batchOf(run, 45);
    expect(step).toBe(45);
    for (const column of [
      "step",
      "shard",
      "row",
      "domain",
      "loss",
      "targets",
      "probability",
      "base",
      "weight",
    ] as const)
      expect(rows.map((row) => row[column])).toEqual([...observed[column]]);
    expect(rows.map(({ slot }) => slot)).toEqual([0, 1, 2, 3]);
    expect(metrics).toMatchObject({ loss: expect.any(Number), gamma: expect.any(Number) });
    expect(await rejection(batchOf(run, 61))).toContain("ConfigError: step must be in 1 … 60");
    expect(await rejection(batchOf(run, 0))).toContain("got 0");
  });
});
