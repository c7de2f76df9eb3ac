/** @file `counterweight query RUN "SQL"`: a run's tables as views of DuckDB. */
import type { DuckDBConnection } from "@duckdb/node-api";

import { ConfigError } from "../../errors.ts";
import type { OnProgress, RunTable, TableColumn, TableName } from "../export/run-table.ts";
import { exportTable } from "../export/export-run.ts";
import { openTable, tableNames } from "../export/run-tables.ts";
import type { TableSource } from "../export/table-source.ts";
import { type DuckDB, openDatabase } from "./duckdb.ts";
import { type QueryValue, plainValue } from "./query-value.ts";
import { sqlError } from "./sql-error.ts";

/** How a run is queried. */
export interface QueryOptions {
  readonly duckdb: DuckDB;
  readonly source: TableSource;
  /** A folder for views and spilled rows; made, and removed at close. */
  readonly folder: string;
  /** Whether SQL may read and write files. */
  readonly allowFiles: boolean;
  /** Told of the views that are being made; may throw to end the work. */
  readonly onProgress: OnProgress;
}

/** What SQL gives. */
export interface QueryResult {
  readonly columns: readonly string[];
  /** Its rows in order, some at a time. Once. */
  readonly rows: () => AsyncGenerator<readonly (readonly QueryValue[])[]>;
}

/** A run that can be queried. */
export interface QuerySession {
  /** Runs SQL, the last statement of which gives the result.
   * @throws {ConfigError} with DuckDB's message and place, before any view is made where it is the first statement's
   * @throws {LedgerError} where the log is damaged. O(rows of the views it names), and what the SQL costs. */
  query(sql: string): Promise<QueryResult>;
  /** Ends the query under way: it throws CW_INTERRUPTED. */
  interrupt(): void;
  close(): Promise<void>;
}

const duckdbTypes = {
  uint16: "USMALLINT",
  uint32: "UINTEGER",
  int64: "BIGINT",
  float32: "FLOAT",
  float64: "DOUBLE",
  boolean: "BOOLEAN",
  text: "VARCHAR",
} as const satisfies Record<TableColumn["type"], string>;

/** Name of a column's type in SQL. */
export const sqlType = ({ type }: TableColumn): string => duckdbTypes[type];

/** The views whose names occur in SQL, be it in a comment. */
const namedIn = (sql: string): TableName[] =>
  tableNames.filter((name) => new RegExp(String.raw`\b${name}\b`, "i").test(sql));

const comments = /--[^\n]*|\/\*.*?\*\//gs;

/** Opens a run for queries: DuckDB in memory, which sees the run's tables as views and no file, and changes none.
 * A view is made when SQL first names it, as a Parquet file in `folder`, so that memory does not grow with the log. */
export const openQuery = async ({
  duckdb,
  source,
  folder,
  allowFiles,
  onProgress,
}: QueryOptions): Promise<QuerySession> => {
  const { files } = source;
  const { connection, close } = await openDatabase(duckdb, folder, allowFiles);
  await files.makeFolder(folder);
  const made = new Set<TableName>();
  const makeViews = async (sql: string): Promise<void> => {
    const missing = namedIn(sql).filter((name) => !made.has(name));
    const tables: RunTable[] = [];
    for (const name of missing) tables.push(await openTable(name, source));
    await checkFirst(connection, sql, tables);
    for (const name of missing) {
      const { path } = await exportTable(source, name, folder, {
        metadata: {},
        statistics: false,
        onProgress,
      });
      await connection.run(`CREATE VIEW ${name} AS FROM read_parquet('${path.replaceAll("'", "''")}')`);
      made.add(name);
    }
  };
  return {
    async query(sql) {
      if (sql.replaceAll(comments, "").trim() === "") throw new ConfigError("there is no SQL to run");
      try {
        await makeViews(sql);
        const result = await connection.stream(sql);
        return {
          columns: result.deduplicatedColumnNames(),
          rows: () => rowsOf(result.yieldConvertedRows(plainValue)),
        };
      } catch (error) {
        throw sqlError(error);
      }
    },
    interrupt: () => connection.interrupt(),
    async close() {
      close();
      await files.remove(folder);
    },
  };
};

/** Lets DuckDB look at the first statement over empty tables, so that a mistake is told before the log is read. */
const checkFirst = async (
  connection: DuckDBConnection,
  sql: string,
  tables: readonly RunTable[],
): Promise<void> => {
  const statements = await connection.extractStatements(sql);
  for (const { name, columns } of tables) {
    const definitions = columns.map((column) => `"${column.name.replaceAll('"', '""')}" ${sqlType(column)}`);
    await connection.run(`CREATE TABLE ${name} (${definitions.join(", ")})`);
  }
  try {
    (await statements.prepare(0)).destroySync();
  } finally {
    for (const { name } of tables) await connection.run(`DROP TABLE ${name}`);
  }
};

async function* rowsOf(
  batches: AsyncIterable<readonly (readonly (QueryValue | null)[])[]>,
): AsyncGenerator<readonly (readonly QueryValue[])[]> {
  try {
    yield* batches;
  } catch (error) {
    throw sqlError(error);
  }
}
