import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createFiles } from "../../../src/files.ts";
import { type Exported, exportRun } from "../../../src/study/export/export-run.ts";
import { openTable, tableNames } from "../../../src/study/export/run-tables.ts";
import type { StepRange } from "../../../src/study/export/table-source.ts";
import { rejection, unsynced } from "../../support/ledger-on-disk.ts";
import { pipelineOver, record } from "../../support/recorded-runs.ts";
import { parquetFacts, parquetRows, rowsOf, sourceOf } from "../../support/run-tables.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let dir: string;
let out: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-export-run-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  dir = join(folder, "run");
  out = join(folder, "deep", "out");
  await record(dir, pipelineOver(manifestPath, { steps: 12 }));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const exported = async (steps?: Partial<StepRange>, to = out): Promise<Exported> =>
  exportRun(await sourceOf(dir, steps), to, () => undefined);

const names = tableNames.map((name) => `${name}.parquet`).toSorted();

describe("an exported run", () => {
  it("is its tables, row for row, each file saying of which run", async () => {
    const { tables, branch, steps } = await exported();
    expect([branch, steps]).toEqual([0, { first: 1, last: 12 }]);
    expect(readdirSync(join(folder, "deep"))).toEqual(["out"]);
    expect(readdirSync(out)).toEqual(names);
    const source = await sourceOf(dir);
    for (const { name, path, rows, bytes } of tables) {
      const expected = await rowsOf(await openTable(name, source));
      expect(await parquetRows(path)).toEqual(expected);
      expect([rows, bytes]).toEqual([expected.length, statSync(path).size]);
      const { "counterweight.config": config, ...facts } = parquetFacts(path);
      expect(JSON.parse(config!)).toEqual(source.run.config);
      expect(facts).toEqual({
        "counterweight.version": "0.1.0",
        "counterweight.run": "run",
        "counterweight.corpus": source.run.manifest.fingerprint,
        "counterweight.branch": "0",
        "counterweight.firstStep": "1",
        "counterweight.lastStep": "12",
      });
    }
  });

  it("takes the place of an earlier export of the same run, and of nothing else", async () => {
    await exported();
    await exported({ first: 3, last: 4 }, `${out}/`);
    expect(readdirSync(join(folder, "deep"))).toEqual(["out"]);
    expect((await parquetRows(join(out, "steps.parquet"))).map(({ step }) => step)).toEqual([3, 4]);
    writeFileSync(join(out, "mine.txt"), "");
    expect(await rejection(exported())).toContain("ConfigError: the folder holds mine.txt");
    expect((await parquetRows(join(out, "steps.parquet"))).length).toBe(2);
  });

  it("may take an empty folder", async () => {
    mkdirSync(out, { recursive: true });
    await exported();
    expect(readdirSync(out)).toEqual(names);
  });

  it("leaves nothing behind when it is ended, and what was there as it was", async () => {
    const endedAt = async (unit: string): Promise<string> => {
      const source = await sourceOf(dir);
      return rejection(
        exportRun(source, out, (of) => {
          if (of === unit) throw new RangeError("enough");
        }),
      );
    };
    expect(await endedAt("instances")).toBe("RangeError: enough");
    expect(readdirSync(join(folder, "deep"))).toEqual([]);
    await exported({ last: 4 });
    expect(await endedAt("shards")).toBe("RangeError: enough");
    expect(readdirSync(join(folder, "deep"))).toEqual(["out"]);
    expect((await parquetRows(join(out, "steps.parquet"))).length).toBe(4);
  });

  it("puts an earlier export back when its successor cannot take the place", async () => {
    await exported({ last: 4 });
    const files = createFiles({
      ...unsynced,
      rename: (from, to) =>
        to === out && !from.endsWith("replaced")
          ? Promise.reject(Object.assign(new RangeError("refused"), { code: "EACCES" }))
          : unsynced.rename(from, to),
    });
    const source = { ...(await sourceOf(dir)), files };
    expect(await rejection(exportRun(source, out, () => undefined))).toContain(
      `StorageError: cannot rename out (${out}, rename, EACCES)`,
    );
    expect(readdirSync(join(folder, "deep"))).toEqual(["out"]);
    expect((await parquetRows(join(out, "steps.parquet"))).length).toBe(4);
  });
});
