/** @file A table as a Parquet file, written a row group at a time. */
import type { SchemaElement } from "hyparquet";
import { ParquetWriter } from "hyparquet-writer";

import { createFileSink } from "../../corpus/parquet/file-sink.ts";
import type { Files } from "../../files.ts";
import { type ColumnBuffer, createColumnBuffer } from "./column-buffer.ts";
import type { ColumnType, OnProgress, RunTable, TableBatch, TableColumn } from "./run-table.ts";

/** Rows of a row group: what DuckDB takes as one, so that readers can share them out among threads and skip by statistics. */
export const rowGroupRows = 122_880;

/** Converted types only: hyparquet-writer 0.17 writes the logical type of integers with a bit width that DuckDB refuses. */
const physical: Readonly<Record<ColumnType, Pick<SchemaElement, "type" | "converted_type">>> = {
  uint16: { type: "INT32", converted_type: "UINT_16" },
  uint32: { type: "INT32", converted_type: "UINT_32" },
  int64: { type: "INT64" },
  float32: { type: "FLOAT" },
  float64: { type: "DOUBLE" },
  boolean: { type: "BOOLEAN" },
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
};

const schemaOf = (columns: readonly TableColumn[]): SchemaElement[] => [
  { name: "root", num_children: columns.length },
  ...columns.map(({ name, type, nullable }): SchemaElement => ({
    name,
    repetition_type: nullable ? "OPTIONAL" : "REQUIRED",
    ...physical[type],
  })),
];

/** What a file is written with. */
export interface ParquetOptions {
  /** Key-value metadata of the file. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether row groups tell the least and greatest value of each column, by which readers skip them: a fifth of the time. */
  readonly statistics: boolean;
  readonly onProgress: OnProgress;
}

/** Writes a table to a new file: Snappy, dictionaries where they pay, row groups of {@link rowGroupRows}.
 * @returns its rows
 * @throws {StorageError} when the disk refuses
 * @throws what the table's batches and `onProgress` throw; the file is then a part. O(rows); memory: one row group. */
export const writeParquet = async (
  files: Files,
  path: string,
  table: RunTable,
  { metadata, statistics, onProgress }: ParquetOptions,
): Promise<number> => {
  const file = await files.openAppend(path, 0);
  try {
    const parquet = new ParquetWriter({
      writer: createFileSink(file),
      schema: schemaOf(table.columns),
      statistics,
      kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      createdBy: "counterweight",
    });
    const rows = await writeRows(parquet, table, onProgress);
    await parquet.finish();
    await file.sync();
    return rows;
  } finally {
    await file.close();
  }
};

const writeRows = async (
  parquet: ParquetWriter,
  { columns, batches }: RunTable,
  onProgress: OnProgress,
): Promise<number> => {
  const buffers = columns.map((column) => createColumnBuffer(column, rowGroupRows));
  let rows = 0;
  let buffered = 0;
  const writeGroup = async (): Promise<void> => {
    const columnData = columns.map(({ name }, at) => ({ name, data: buffers[at]!.take() }));
    await parquet.write({ columnData, rowGroupSize: buffered });
    rows += buffered;
    buffered = 0;
  };
  for await (const batch of batches(onProgress))
    for (let from = 0; from < batch.size;) {
      const to = Math.min(batch.size, from + rowGroupRows - buffered);
      addRows(buffers, batch, from, to);
      buffered += to - from;
      from = to;
      if (buffered === rowGroupRows) await writeGroup();
    }
  if (buffered > 0) await writeGroup();
  return rows;
};

const addRows = (
  buffers: readonly ColumnBuffer[],
  { values }: TableBatch,
  from: number,
  to: number,
): void => {
  for (const [at, buffer] of buffers.entries()) buffer.add(values[at]!, from, to);
};
