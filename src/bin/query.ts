/** @file `counterweight query`: SQL over a run. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Command, Option } from "commander";

import { ConfigError } from "../errors.ts";
import { type Files, createFiles } from "../files.ts";
import { openTable, tableNames } from "../study/export/run-tables.ts";
import { type TableSource, stepRangeOf } from "../study/export/table-source.ts";
import { loadDuckDB } from "../study/query/duckdb.ts";
import { type QuerySession, openQuery } from "../study/query/query-run.ts";
import { openRecordedRun } from "../study/replay/recorded-run.ts";
import { countFrom } from "./count-from.ts";
import { type ResultFormat, printResult } from "./print-result.ts";
import { schemaText } from "./query-text.ts";
import { followed, scratchPath } from "./replay-progress.ts";

interface QueryCommandOptions {
  readonly file?: string;
  readonly schema?: boolean;
  readonly format: ResultFormat;
  readonly limit?: number;
  readonly branch?: number;
  readonly corpus?: string;
  readonly allowFiles?: boolean;
}

const query = async (
  folder: string,
  sql: string | undefined,
  options: QueryCommandOptions,
  command: Command,
): Promise<void> => {
  const { file, branch, corpus, schema, allowFiles = false } = options;
  if ([sql, file, schema].filter((given) => given !== undefined).length !== 1)
    command.error("error: say what to ask: SQL, --file <path> or --schema");
  const files = createFiles();
  const run = await openRecordedRun(files, folder, { branch, corpus });
  const source = { files, run, scratchPath: scratchPath(), steps: stepRangeOf(run) };
  if (schema === true) {
    await showSchema(source);
    return;
  }
  const asked = await readSql(files, file ?? sql!, file !== undefined);
  const duckdb = await loadDuckDB();
  let session: QuerySession | null = null;
  const onStop = (): void => session?.interrupt();
  try {
    const result = await followed(
      "the query",
      async (onProgress) => {
        const own = join(tmpdir(), `counterweight-query-${process.pid}`);
        session = await openQuery({ duckdb, source, folder: own, allowFiles, onProgress });
        return session.query(asked);
      },
      onStop,
    );
    await followed("the query", () => printResult(result, options), onStop);
  } finally {
    await (session as QuerySession | null)?.close();
  }
};

const showSchema = async (source: TableSource): Promise<void> => {
  const tables = await Promise.all(tableNames.map((name) => openTable(name, source)));
  process.stdout.write(schemaText(tables));
};

/** SQL as given, of a file, or of stdin where it is `-`. */
const readSql = async (files: Files, given: string, isFile: boolean): Promise<string> => {
  if (given === "-") return text(process.stdin);
  if (!isFile) return given;
  if (await files.exists(given)) return files.readText(given);
  throw new ConfigError("there is no file of SQL here", { path: given, hint: "check the path" });
};

/** The command. */
export const queryCommand = (): Command =>
  new Command("query")
    .description("Ask a run in SQL, by DuckDB: views observations, steps, instances and shards.")
    .argument("<run>", "the run's folder")
    .argument("[sql]", "SQL, or - to read it from stdin")
    .option("--file <path>", "a file of SQL, or - for stdin")
    .option("--schema", "the views and their columns")
    .addOption(
      new Option("--format <format>", "how rows are written")
        .choices(["table", "csv", "json"])
        .default("table"),
    )
    .option("--limit <n>", "rows written (default: 100 in a table, all as csv and json)", countFrom(0))
    .option("--branch <n>", "an abandoned branch (default: the live one)", countFrom(0))
    .option("--corpus <manifest>", "manifest of the corpus, where it has moved")
    .option(
      "--allow-files",
      "let SQL read and write files (COPY, read_parquet …); without it, it reads the run alone",
    )
    .action(query);
