import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { instancesTable } from "../../../src/study/export/instances-table.ts";
import { observationsOf, pipelineOver, record, reopen, rollBack } from "../../support/recorded-runs.ts";
import { type Row, rowsOf, sourceOf } from "../../support/run-tables.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let dir: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-instances-table-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  dir = join(folder, "run");
  await record(dir, pipelineOver(manifestPath, { steps: 30 }));
  await rollBack(dir, 20, 26);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The same by another way: every visit in the order of the log, in plain numbers. */
const expected = async (last: number): Promise<Row[]> => {
  const run = await reopen(dir);
  const { emaAlpha } = run.config.ledger;
  const rows: Record<string, unknown>[] = run.manifest.shards.flatMap(({ rows: count, domain, uri }, shard) =>
    Array.from({ length: count }, (_, row) => ({
      shard,
      row,
      ordinal: 0,
      domain,
      domainName: `d${domain}`,
      heldOut: uri.includes("held-out"),
      visits: 0,
      lastStep: null,
      lastLoss: null,
      previousLoss: null,
      emaLoss: null,
      minLoss: null,
    })),
  );
  for (const [ordinal, row] of rows.entries()) row["ordinal"] = ordinal;
  for (const step of (await observationsOf(run)).slice(0, last))
    for (let slot = 0; slot < step.size; slot++) {
      const row = rows[run.blocks.ordinalOf(step.shard[slot]!, step.row[slot]!)]!;
      const loss = step.loss[slot]!;
      const [visits, last_, ema, min] = [row["visits"], row["lastLoss"], row["emaLoss"], row["minLoss"]];
      row["visits"] = Number(visits) + 1;
      row["lastStep"] = step.step[slot];
      row["previousLoss"] = last_;
      row["lastLoss"] = loss;
      row["emaLoss"] = visits === 0 ? loss : Math.fround(Number(ema) + emaAlpha * (loss - Number(ema)));
      row["minLoss"] = min === null ? loss : Math.min(Number(min), loss);
    }
  return rows;
};

describe("the table of instances", () => {
  it("is every instance of the corpus as of the last step, never visited and held-out ones too", async () => {
    const rows = await rowsOf(instancesTable(await sourceOf(dir)));
    expect(rows).toEqual(await expected(26));
    expect(rows.filter(({ heldOut }) => heldOut).map(({ visits }) => visits)).toEqual(Array(12).fill(0));
    expect(rows.filter(({ visits }) => Number(visits) > 1).length).toBeGreaterThan(10);
  });

  it("stands as of the last step asked for, whatever the first", async () => {
    expect(await rowsOf(instancesTable(await sourceOf(dir, { first: 5, last: 8 })))).toEqual(
      await expected(8),
    );
  });
});
