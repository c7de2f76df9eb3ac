import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type QueryValue, plainValue, shortestFloat32 } from "../../../src/study/query/query-value.ts";

const valuesOf = async (sql: string): Promise<readonly QueryValue[]> => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const [row] = await (await connection.run(`SELECT ${sql}`)).convertRows(plainValue);
    return row!;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};

describe("plain values", () => {
  it("of numbers: float32 with the fewest digits, decimals as numbers, integers beyond 2⁵³ as bigints", async () => {
    expect(
      await valuesOf(
        "1, 0.1::FLOAT, 0.1::DOUBLE, 1.25, count(*), 9007199254740991::BIGINT, 9007199254740992::BIGINT, -170141183460469231731687303715884105727::HUGEINT, 'NaN'::FLOAT, '-inf'::DOUBLE",
      ),
    ).toEqual([
      1,
      0.1,
      0.1,
      1.25,
      1,
      Number.MAX_SAFE_INTEGER,
      9007199254740992n,
      -170141183460469231731687303715884105727n,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  it("of everything else: lists, structs, maps as data, dates and blobs as DuckDB writes them", async () => {
    expect(
      await valuesOf(
        "NULL, true, 'text', [1, NULL], array_value(1, 2), {'a': [{'b': 2}]}, map{'k': 1}, DATE '2026-01-02', INTERVAL 2 DAY, '\\x01a'::BLOB, 'x'::ENUM('x', 'y')",
      ),
    ).toEqual([
      null,
      true,
      "text",
      [1, null],
      [1, 2],
      { a: [{ b: 2 }] },
      { k: 1 },
      "2026-01-02",
      "2 days",
      "\\x01a",
      "x",
    ]);
  });

  it("of any float32 have the same bits as the value, and no more than nine digits", () => {
    expect(shortestFloat32(Math.fround(0.1))).toBe(0.1);
    expect(shortestFloat32(Math.fround(16_777_217))).toBe(16_777_216);
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        expect(Math.fround(shortestFloat32(value))).toBe(value);
      }),
    );
  });
});
