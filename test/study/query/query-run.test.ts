import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { openTable } from "../../../src/study/export/run-tables.ts";
import { loadDuckDB } from "../../../src/study/query/duckdb.ts";
import { type QuerySession, openQuery } from "../../../src/study/query/query-run.ts";
import type { QueryValue } from "../../../src/study/query/query-value.ts";
import { rejection } from "../../support/ledger-on-disk.ts";
import { pipelineOver, record, rollBack } from "../../support/recorded-runs.ts";
import { rowsOf, sourceOf } from "../../support/run-tables.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let dir: string;
let own: string;
let session: QuerySession;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-query-run-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  dir = join(folder, "run");
  own = join(folder, "views");
  await record(dir, pipelineOver(manifestPath, { steps: 30 }));
  await rollBack(dir, 20, 24);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = async (branch?: number, onProgress = (): void => undefined): Promise<QuerySession> =>
  openQuery({
    duckdb: await loadDuckDB(),
    source: await sourceOf(dir, {}, branch === undefined ? {} : { branch }),
    folder: own,
    allowFiles: false,
    onProgress,
  });
beforeEach(async () => {
  session = await open();
});
afterEach(() => session.close());

const ask = async (
  sql: string,
  of = session,
): Promise<{ columns: readonly string[]; rows: QueryValue[][] }> => {
  const { columns, rows } = await of.query(sql);
  const all: QueryValue[][] = [];
  for await (const batch of rows()) all.push(...batch.map((row) => [...row]));
  return { columns, rows: all };
};

describe("a run in SQL", () => {
  it("has every table as a view, row for row", async () => {
    for (const name of ["observations", "steps", "instances", "shards"] as const) {
      const { columns, rows } = await ask(`FROM ${name}`);
      const expected = await rowsOf(await openTable(name, await sourceOf(dir)));
      const given = rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])));
      // Views give a float32 as the shortest decimal of its bits.
      const widened = (row: object): object =>
        Object.fromEntries(
          Object.entries(row).map(([column, value]: [string, unknown]) => [
            column,
            typeof value === "number" && !Number.isInteger(value) ? Math.fround(value) : value,
          ]),
        );
      expect(given.map(widened)).toEqual(expected.map(widened));
    }
  });

  it("makes the views that SQL names, once, and none for a mistake in its first statement", async () => {
    expect(await rejection(session.query("SELECT lss FROM observations JOIN steps USING (step)"))).toMatch(
      /^ConfigError: Binder Error: Referenced column "lss" not found in FROM clause!\n.*LINE 1: SELECT lss FROM/s,
    );
    expect(readdirSync(own)).toEqual([]);
    expect((await ask("SELECT count(*) FROM Shards")).rows).toEqual([[4]]);
    expect(readdirSync(own)).toEqual(["shards.parquet"]);
    const joined = "SELECT count(*) FROM observations o JOIN shards s ON o.shard = s.shard";
    expect((await ask(joined)).rows).toEqual([[96]]);
    expect((await ask("WITH steps AS (SELECT 1 AS one) SELECT * FROM steps")).rows).toEqual([[1]]);
    expect(await rejection(session.query("FROM query_table('insta' || 'nces')"))).toContain("does not exist");
  });

  it("runs statements one after another, the last of which answers", async () => {
    const sql =
      "CREATE TABLE seen AS SELECT DISTINCT shard, row FROM observations; SELECT count(*) AS n FROM seen";
    const { columns, rows } = await ask(sql);
    const visited = await ask("SELECT count(*) FROM instances WHERE visits > 0");
    expect([columns, rows]).toEqual([["n"], visited.rows]);
    expect((await ask("SELECT 1 AS a, 2 AS a")).columns).toEqual(["a", "a:1"]);
  });

  it("sees the live branch, or another", async () => {
    const sql = "SELECT max(step), count(*) FROM observations";
    expect((await ask(sql)).rows).toEqual([[24, 96]]);
    await session.close();
    session = await open(0);
    expect((await ask(sql)).rows).toEqual([[30, 120]]);
  });

  it("refuses no SQL, and tells of mistakes met on the way", async () => {
    for (const nothing of ["", " \n", "-- only words", "/* and\nmore */"])
      expect(await rejection(session.query(nothing))).toBe("ConfigError: there is no SQL to run");
    expect(await rejection(ask("SELECT 'a' || step, (domainName || 'x')::INT FROM observations"))).toContain(
      "ConfigError: Conversion Error: Could not convert string 'd0x' to INT32",
    );
    expect(await rejection(session.query("SELEC 1"))).toMatch(
      /^ConfigError: Parser Error: .*LINE 1: SELEC 1/s,
    );
  });

  it("can be ended while views are made and while it computes, and removes what it made", async () => {
    await session.close();
    session = await open(0, () => {
      throw new RangeError("enough");
    });
    expect(await rejection(session.query("FROM instances"))).toBe("RangeError: enough");
    const long = ask("SELECT count(*) FROM range(100000000000) t(i) WHERE sin(i) > 2");
    setTimeout(() => session.interrupt(), 50);
    await expect(long).rejects.toMatchObject({ code: "CW_INTERRUPTED", message: "the query was stopped" });
    await session.close();
    expect(existsSync(own)).toBe(false);
    session = await open();
  });
});
