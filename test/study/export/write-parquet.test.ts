import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetMetadata } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Column, RunTable, TableColumn } from "../../../src/study/export/run-table.ts";
import { column, nullableColumn } from "../../../src/study/export/run-table.ts";
import { rowGroupRows, writeParquet } from "../../../src/study/export/write-parquet.ts";
import { quickFiles } from "../../support/ledger-on-disk.ts";
import { parquetFacts, parquetRows } from "../../support/run-tables.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-write-parquet-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tableOf = (columns: readonly TableColumn[], batches: readonly (readonly Column[])[]): RunTable => ({
  name: "observations",
  description: "",
  columns,
  async *batches(onProgress) {
    for (const [at, values] of batches.entries()) {
      yield { size: values[0]!.length, values };
      onProgress("batches", at + 1, batches.length);
    }
  },
});

const write = async (
  table: RunTable,
  metadata = {},
  statistics = true,
): Promise<{ path: string; rows: number }> => {
  const path = join(folder, `${Math.trunc(performance.now() * 1000)}.parquet`);
  const rows = await writeParquet(quickFiles, path, table, {
    metadata,
    statistics,
    onProgress: () => undefined,
  });
  return { path, rows };
};

const footer = (path: string): ReturnType<typeof parquetMetadata> => {
  const bytes = readFileSync(path);
  return parquetMetadata(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};

describe("a table as Parquet", () => {
  it("keeps every value of every type, at the ends of their ranges too", async () => {
    const columns = [
      column("u16", "uint16", ""),
      column("u32", "uint32", ""),
      column("i64", "int64", ""),
      column("f32", "float32", ""),
      column("f64", "float64", ""),
      column("flag", "boolean", ""),
      column("name", "text", ""),
      nullableColumn("maybe", "float32", ""),
      nullableColumn("whole", "uint32", ""),
    ];
    const { path, rows } = await write(
      tableOf(columns, [
        [
          Uint16Array.of(0, 65_535),
          Uint32Array.of(2 ** 31, 2 ** 32 - 1),
          [Number.MAX_SAFE_INTEGER, 0],
          Float32Array.of(Number.NaN, 0.1),
          Float64Array.of(0.1, Number.POSITIVE_INFINITY),
          [true, false],
          ["", "naïve 🙂"],
          [null, 2.5],
          [3_000_000_000, null],
        ],
        [
          Uint16Array.of(7),
          Uint32Array.of(1),
          [1],
          Float32Array.of(-0),
          Float64Array.of(3),
          [true],
          ["b"],
          [1],
          [1],
        ],
      ]),
    );
    expect(rows).toBe(3);
    expect(await parquetRows(path)).toEqual([
      {
        u16: 0,
        u32: 2 ** 31,
        i64: Number.MAX_SAFE_INTEGER,
        f32: Number.NaN,
        f64: 0.1,
        flag: true,
        name: "",
        maybe: null,
        whole: 3_000_000_000,
      },
      {
        u16: 65_535,
        u32: 2 ** 32 - 1,
        i64: 0,
        f32: Math.fround(0.1),
        f64: Number.POSITIVE_INFINITY,
        flag: false,
        name: "naïve 🙂",
        maybe: 2.5,
        whole: null,
      },
      { u16: 7, u32: 1, i64: 1, f32: -0, f64: 3, flag: true, name: "b", maybe: 1, whole: 1 },
    ]);
  });

  it("cuts row groups at their size, however batches lie, with statistics where they are wanted", async () => {
    const values = Uint32Array.from({ length: rowGroupRows + 5 }, (_, at) => at);
    const batches = [
      values.subarray(0, 10),
      values.subarray(10, rowGroupRows - 1),
      values.subarray(rowGroupRows - 1),
    ];
    const table = tableOf(
      [column("at", "uint32", "")],
      batches.map((batch) => [batch]),
    );
    const { path, rows } = await write(table);
    expect(rows).toBe(rowGroupRows + 5);
    const { row_groups: groups } = footer(path);
    expect(groups.map((group) => Number(group.num_rows))).toEqual([rowGroupRows, 5]);
    const ranges = groups.map(({ columns }) => columns[0]!.meta_data!.statistics);
    expect(ranges.map((range) => [range?.min_value, range?.max_value])).toEqual([
      [0, rowGroupRows - 1],
      [rowGroupRows, rowGroupRows + 4],
    ]);
    expect((await parquetRows(path)).map(({ at }) => at)).toEqual(Array.from(values));
    const bare = await write(table, {}, false);
    expect(footer(bare.path).row_groups[0]!.columns[0]!.meta_data!.statistics).toBeUndefined();
  });

  it("holds its metadata, and is whole without rows", async () => {
    const { path, rows } = await write(tableOf([column("at", "uint32", "")], []), { who: "me" });
    expect(rows).toBe(0);
    expect(await parquetRows(path)).toEqual([]);
    expect(parquetFacts(path)).toEqual({ who: "me" });
    expect(footer(path).created_by).toBe("counterweight");
  });

  it("ends with what its progress throws", async () => {
    const table = tableOf([column("at", "uint32", "")], [[Uint32Array.of(1)]]);
    const ended = writeParquet(quickFiles, join(folder, "ended.parquet"), table, {
      metadata: {},
      statistics: true,
      onProgress: () => {
        throw new RangeError("enough");
      },
    });
    await expect(ended).rejects.toThrow("enough");
  });
});
