/** @file Loads DuckDB, an optional peer that answers SQL. */
import type { DuckDBConnection } from "@duckdb/node-api";

import { EngineError } from "../../errors.ts";

/** What we use of `@duckdb/node-api`. */
export type DuckDB = Pick<typeof import("@duckdb/node-api"), "DuckDBInstance">;

const isDuckDB = (loaded: unknown): loaded is DuckDB =>
  typeof loaded === "object" && loaded !== null && "DuckDBInstance" in loaded;

/** The library. Takes 50 to 100 ms.
 * @param load imports it; a test's own, else Node's
 * @throws {EngineError} when it is absent or does not load; the hint is the command that mends it */
export const loadDuckDB = async (
  load: () => Promise<unknown> = () => import("@duckdb/node-api"),
): Promise<DuckDB> => {
  const hint = "npm install @duckdb/node-api";
  let loaded: unknown;
  try {
    loaded = await load();
  } catch (error) {
    throw new EngineError("SQL needs DuckDB, which could not be loaded", { hint }, error);
  }
  if (isDuckDB(loaded)) return loaded;
  throw new EngineError("@duckdb/node-api is not the version that SQL needs", { hint });
};

/** A database in memory and a connection to it. */
export interface Database {
  readonly connection: DuckDBConnection;
  readonly close: () => void;
}

/** Memory beyond which DuckDB puts intermediate results into files. */
const memoryLimit = "1GB";

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Opens an empty database that reads and writes files of one folder, and no others unless it may.
 * @param folder where it may, and where it puts what its memory (1 GB) has no room for */
export const openDatabase = async (
  { DuckDBInstance }: DuckDB,
  folder: string,
  allowFiles: boolean,
): Promise<Database> => {
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: memoryLimit,
    temp_directory: folder,
  });
  const connection = await instance.connect();
  if (!allowFiles) {
    await connection.run(`SET allowed_directories = [${quoted(folder)}]`);
    await connection.run("SET enable_external_access = false");
  }
  // Settings can name files to be written, such as profiling_output.
  await connection.run("SET lock_configuration = true");
  return {
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
};
