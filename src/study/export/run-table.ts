/** @file A table of a run: named, described columns, and their rows in batches. */

/** What a column holds. `int64` for counts beyond 32 bits (safe integers), `text` for UTF-8. */
export type ColumnType = "uint16" | "uint32" | "int64" | "float32" | "float64" | "boolean" | "text";

/** A column, as files and views name it. */
export interface TableColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** Whether a value may be missing. */
  readonly nullable: boolean;
  /** What it means, with its unit; a few words. */
  readonly description: string;
}

/** A value of a column; a missing one is null. */
export type Cell = number | string | boolean | null;

/** Values of a column: a typed array of its type, or any cells. */
export type Column = Uint16Array | Uint32Array | Float32Array | Float64Array | readonly Cell[];

/** Neighbouring rows. */
export interface TableBatch {
  readonly size: number;
  /** In the order of the table's columns, each of `size` values. Not to be kept: the next batch may reuse them. */
  readonly values: readonly Column[];
}

/** Told how far a table is; may throw to end the work. */
export type OnProgress = (unit: string, done: number, all: number) => void;

/** The tables that a run has. */
export type TableName = "observations" | "steps" | "instances" | "shards";

/** A table, whose rows are made when they are asked for. */
export interface RunTable {
  readonly name: TableName;
  /** What a row is. */
  readonly description: string;
  readonly columns: readonly TableColumn[];
  /** Its rows in their order, from the first each time.
   * @throws {LedgerError} where the log is damaged */
  readonly batches: (onProgress: OnProgress) => AsyncGenerator<TableBatch>;
}

/** A column whose values are always there. */
export const column = (name: string, type: ColumnType, description: string): TableColumn => ({
  name,
  type,
  nullable: false,
  description,
});

/** A column whose values may be missing. */
export const nullableColumn = (name: string, type: ColumnType, description: string): TableColumn => ({
  name,
  type,
  nullable: true,
  description,
});
