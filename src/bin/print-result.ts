/** @file A query's rows on stdout, in the format that was asked for. */
import type { QueryResult } from "../study/query/query-run.ts";
import { type QueryRow, csvLine, jsonRow, resultTable } from "./query-text.ts";
import { linesOnTerminal } from "./terminal-text.ts";
import { writeOut } from "./write-out.ts";

/** How rows are written. */
export type ResultFormat = "table" | "csv" | "json";

/** Rows of a table when nobody says how many. */
export const tableLimit = 100;

/** Writes a result to stdout as it comes, until nobody reads any more.
 * @param limit how many rows are written; {@link tableLimit} for a table when left out, else all
 * @throws {ConfigError|CounterweightError} as the query's rows do. Memory: rows of a table, else those of one batch. */
export const printResult = async (
  { columns, rows }: QueryResult,
  { format, limit }: { readonly format: ResultFormat; readonly limit?: number },
): Promise<void> => {
  const text = {
    table: () => tableOf(columns, rows(), limit ?? tableLimit),
    csv: () => csvOf(columns, limited(rows(), limit ?? Infinity)),
    json: () => jsonOf(columns, limited(rows(), limit ?? Infinity)),
  }[format];
  for await (const part of text()) if (!(await writeOut(part))) return;
};

type Batches = AsyncIterable<readonly QueryRow[]>;

async function* tableOf(columns: readonly string[], batches: Batches, limit: number): AsyncGenerator<string> {
  const shown: QueryRow[] = [];
  let all = 0;
  for await (const batch of batches) {
    shown.push(...batch.slice(0, Math.max(0, limit - all)));
    all += batch.length;
  }
  yield resultTable(columns, shown, all - shown.length);
}

async function* limited(batches: Batches, limit: number): Batches {
  let left = limit;
  for await (const batch of batches) {
    yield batch.slice(0, left);
    left -= batch.length;
    if (left <= 0) return;
  }
}

async function* csvOf(columns: readonly string[], batches: Batches): AsyncGenerator<string> {
  const safe = process.stdout.isTTY ? linesOnTerminal : (text: string): string => text;
  yield safe(csvLine(columns));
  for await (const batch of batches) yield safe(batch.map(csvLine).join(""));
}

async function* jsonOf(columns: readonly string[], batches: Batches): AsyncGenerator<string> {
  let before = "[";
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    yield before + batch.map((row) => `\n  ${jsonRow(columns, row)}`).join(",");
    before = ",";
  }
  yield before === "[" ? "[]\n" : "\n]\n";
}
