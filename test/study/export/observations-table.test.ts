import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { observationsTable } from "../../../src/study/export/observations-table.ts";
import { observationsOf, pipelineOver, record, reopen, rollBack } from "../../support/recorded-runs.ts";
import { type Row, rowsOf, sourceOf } from "../../support/run-tables.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let dir: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-observations-table-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  dir = join(folder, "run");
  await record(dir, pipelineOver(manifestPath, { steps: 30 }));
  await rollBack(dir, 20, 40);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The same rows by another way: the reader's steps. */
const expected = async (branch: number, first: number, last: number): Promise<Row[]> => {
  const run = await reopen(dir, { branch });
  return (await observationsOf(run)).slice(first - 1, last).flatMap((rows) =>
    Array.from({ length: rows.size }, (_, slot) => ({
      step: rows.step[slot],
      slot,
      branch: rows.branch[slot],
      shard: rows.shard[slot],
      row: rows.row[slot],
      domain: rows.domain[slot],
      domainName: `d${rows.domain[slot]}`,
      loss: rows.loss[slot],
      targets: rows.targets[slot],
      weight: rows.weight[slot],
      probability: rows.probability[slot],
      base: rows.base[slot],
      trained: ((rows.trained[slot >> 3]! >> (slot & 7)) & 1) === 1,
    })),
  );
};

describe("the table of observations", () => {
  it("is the log of the live branch, in the order of steps and slots", async () => {
    const rows = await rowsOf(observationsTable(await sourceOf(dir)));
    expect(rows).toEqual(await expected(1, 1, 40));
    expect(new Set(rows.map(({ branch }) => branch))).toEqual(new Set([0, 1]));
  });

  it("is that of another branch, or of some steps, where that is asked for", async () => {
    expect(await rowsOf(observationsTable(await sourceOf(dir, {}, { branch: 0 })))).toEqual(
      await expected(0, 1, 30),
    );
    expect(await rowsOf(observationsTable(await sourceOf(dir, { first: 7, last: 9 })))).toEqual(
      await expected(1, 7, 9),
    );
  });
});
