import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { loadDuckDB, openDatabase } from "../../../src/study/query/duckdb.ts";
import { rejection } from "../../support/ledger-on-disk.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-it's duckdb-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What each statement comes to: its first value, or the beginning of what it throws. */
const outcomes = async (allowFiles: boolean, statements: readonly string[]): Promise<unknown[]> => {
  const own = join(folder, "own");
  const { connection, close } = await openDatabase(await loadDuckDB(), own, allowFiles);
  const values: unknown[] = [];
  for (const sql of statements)
    values.push(
      await connection.run(sql).then(
        async (result) => (await result.getRowsJS())[0]?.[0],
        (error: unknown) => String(error).replace(/^Error: |:.*/gs, ""),
      ),
    );
  close();
  return values;
};

describe("DuckDB", () => {
  it("computes in memory and touches no file but its own folder's", async () => {
    writeFileSync(join(folder, "secret.csv"), "a\n1\n");
    const here = folder.replaceAll("'", "''");
    expect(
      await outcomes(false, [
        "SELECT 40 + 2",
        "CREATE TABLE t AS SELECT 1",
        `FROM read_csv('${here}/secret.csv')`,
        `COPY (SELECT 1) TO '${here}/out.csv'`,
        `ATTACH '${here}/other.db'`,
        "INSTALL httpfs",
        "SET enable_external_access = true",
        `SET profiling_output = '${here}/profile'`,
        `COPY (SELECT 1) TO '${here}/own/x.csv'`,
      ]),
    ).toEqual([
      42,
      1n,
      "Permission Error",
      "Permission Error",
      "Permission Error",
      "Permission Error",
      "Invalid Input Error",
      "Invalid Input Error",
      "IO Error",
    ]);
    expect(existsSync(join(folder, "out.csv")) || existsSync(join(folder, "other.db"))).toBe(false);
  });

  it("reads and writes files where it may", async () => {
    const path = join(folder, "out.csv").replaceAll("'", "''");
    expect(await outcomes(true, [`COPY (SELECT 7 AS a) TO '${path}'`, `FROM read_csv('${path}')`])).toEqual([
      1n,
      7n,
    ]);
  });

  it("is asked for by name where it is missing, broken or another version", async () => {
    const missing = await loadDuckDB(() => Promise.reject(new TypeError("Cannot find package"))).catch(
      (error: unknown) => error,
    );
    expect(missing).toMatchObject({
      code: "CW_ENGINE",
      message: "SQL needs DuckDB, which could not be loaded",
      hint: "npm install @duckdb/node-api",
    });
    expect(await rejection(loadDuckDB(async () => ({})))).toBe(
      "EngineError: @duckdb/node-api is not the version that SQL needs",
    );
  });
});
