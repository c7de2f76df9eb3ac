/** @file Tables of a run as rows, from where they are made and from the Parquet files that they were written to. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parquetMetadata, parquetReadObjects } from "hyparquet";

import type { RunTable } from "../../src/study/export/run-table.ts";
import { type StepRange, type TableSource, stepRangeOf } from "../../src/study/export/table-source.ts";
import { quickFiles } from "./ledger-on-disk.ts";
import { reopen } from "./recorded-runs.ts";

/** A row by its columns' names. */
export type Row = Readonly<Record<string, unknown>>;

/** What the tables of a recorded run are made from. */
export const sourceOf = async (
  dir: string,
  steps?: Partial<StepRange>,
  options?: Parameters<typeof reopen>[1],
): Promise<TableSource> => {
  const run = await reopen(dir, options);
  return {
    files: quickFiles,
    run,
    scratchPath: join(dir, "..", "tables.scratch"),
    steps: stepRangeOf(run, steps),
  };
};

/** All rows of a table. */
export const rowsOf = async ({ columns, batches }: RunTable): Promise<Row[]> => {
  const rows: Row[] = [];
  for await (const { size, values } of batches(() => undefined))
    for (let row = 0; row < size; row++)
      rows.push(Object.fromEntries(columns.map(({ name }, at) => [name, values[at]![row]])));
  return rows;
};

const bufferOf = (path: string): ArrayBuffer => {
  const bytes = readFileSync(path);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
};

/** All rows of a Parquet file; safe integers as numbers. */
export const parquetRows = async (path: string): Promise<Row[]> =>
  (await parquetReadObjects({ file: bufferOf(path) })).map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]: [string, unknown]) => [
        name,
        typeof value === "bigint" ? Number(value) : value,
      ]),
    ),
  );

/** Key-value metadata of a Parquet file. */
export const parquetFacts = (path: string): Record<string, string | undefined> =>
  Object.fromEntries(
    (parquetMetadata(bufferOf(path)).key_value_metadata ?? []).map(({ key, value }) => [key, value]),
  );
