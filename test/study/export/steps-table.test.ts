import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { stepsTable } from "../../../src/study/export/steps-table.ts";
import { collect } from "../../support/ledger-on-disk.ts";
import { pipelineOver, record, reopen, rollBack } from "../../support/recorded-runs.ts";
import { rowsOf, sourceOf } from "../../support/run-tables.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let dir: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-steps-table-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  dir = join(folder, "run");
  await record(dir, pipelineOver(manifestPath, { steps: 30 }));
  await rollBack(dir, 20, 24);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the table of steps", () => {
  it("is the journal's records of the live branch", async () => {
    const lines = await collect((await reopen(dir)).ledger.steps());
    expect(await rowsOf(await stepsTable(await sourceOf(dir)))).toEqual(
      lines.map(({ step, branch, rows, metrics }) => ({ step, branch, rows, ...metrics })),
    );
    expect(lines.map(({ branch }) => branch).filter((branch) => branch === 1).length).toBe(4);
  });

  it("holds the steps asked for", async () => {
    const steps = async (first: number, last: number): Promise<unknown[]> =>
      (await rowsOf(await stepsTable(await sourceOf(dir, { first, last })))).map(({ step }) => step);
    expect(await steps(3, 5)).toEqual([3, 4, 5]);
    expect(await steps(24, 24)).toEqual([24]);
  });
});
