import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openTable, tableNames } from "../../../src/study/export/run-tables.ts";
import { pipelineOver, record } from "../../support/recorded-runs.ts";
import { rowsOf, sourceOf } from "../../support/run-tables.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-run-tables-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  await record(join(folder, "run"), pipelineOver(manifestPath, { steps: 12 }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a run's tables", () => {
  it("have the columns they say, each described, in every row", async () => {
    const source = await sourceOf(join(folder, "run"));
    const rows = await Promise.all(
      tableNames.map(async (name) => {
        const table = await openTable(name, source);
        expect(table.name).toBe(name);
        const names = table.columns.map((column) => column.name);
        expect(new Set(names).size).toBe(names.length);
        expect(table.columns.filter(({ description }) => description === "")).toEqual([]);
        const all = await rowsOf(table);
        for (const { name: column, nullable } of table.columns)
          if (!nullable) expect(all.filter((row) => (row[column] ?? null) === null)).toEqual([]);
        return all.length;
      }),
    );
    expect(Object.fromEntries(tableNames.map((name, at) => [name, rows[at]]))).toEqual({
      observations: 48,
      steps: 12,
      instances: 76,
      shards: 4,
    });
  });

  it("tell how far they are, and end when they are told to", async () => {
    const source = await sourceOf(join(folder, "run"));
    for (const name of tableNames) {
      const progress: string[] = [];
      const { batches } = await openTable(name, source);
      for await (const { size } of batches((unit, done, all) => progress.push(`${unit} ${done}/${all}`)))
        expect(size).toBeGreaterThan(0);
      const last = {
        observations: "steps 12/12",
        steps: "steps 12/12",
        instances: "instances 76/76",
        shards: "shards 4/4",
      };
      expect(progress.at(-1)).toBe(last[name]);
      const stopped = async (): Promise<void> => {
        const ended = batches(() => {
          throw new RangeError("enough");
        });
        while ((await ended.next()).done !== true);
      };
      await expect(stopped()).rejects.toThrow("enough");
    }
  });
});
