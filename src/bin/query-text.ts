/** @file Rows of a query as a person or another program reads them: a table, CSV, JSON; and the views with their columns. */
import type { RunTable } from "../study/export/run-table.ts";
import { sqlType } from "../study/query/query-run.ts";
import type { QueryValue } from "../study/query/query-value.ts";
import { excerpt, onTerminal } from "./terminal-text.ts";
import { textTable } from "./text-table.ts";

/** A row of a result. */
export type QueryRow = readonly QueryValue[];

const longestCell = 60;

/** JSON of a value; integers beyond 2⁵³ as strings of digits, numbers that are not finite as null. */
const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? String(item) : item));

const isNumeric = (value: QueryValue): value is number | bigint =>
  typeof value === "number" || typeof value === "bigint";

/** Decimals with which the largest number shows six digits, fewer where the rest are zeros. */
const decimalsFor = (numbers: readonly number[]): number => {
  const largest = Math.max(...numbers.map(Math.abs));
  const most = Math.max(0, Math.min(6, 6 - String(Math.trunc(largest)).length));
  const shown = numbers.map((value) => value.toFixed(most).replace(/\.?0+$/, ""));
  return Math.max(0, ...shown.map((text) => text.split(".")[1]?.length ?? 0));
};

/** A column's numbers: whole ones as they are, others with the same number of decimals, or six digits each where their sizes
 * are too far apart. */
const numberWords = (values: QueryRow): ((value: number | bigint) => string) => {
  const numbers = values.filter((value) => typeof value === "number").filter(Number.isFinite);
  const broken = numbers.filter((value) => !Number.isInteger(value));
  if (broken.length === 0) return String;
  if (numbers.some((value) => value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e15)))
    return (value) => String(Number(Number(value).toPrecision(6)));
  const decimals = decimalsFor(numbers);
  return (value) => (Number.isFinite(Number(value)) ? Number(value).toFixed(decimals) : String(value));
};

const columnCells = (values: QueryRow): string[] => {
  const words = numberWords(values);
  return values.map((value) => {
    if (value === null) return "NULL";
    if (isNumeric(value)) return words(value);
    return excerpt(typeof value === "string" ? value : jsonOf(value), longestCell);
  });
};

/** Rows under their names, numbers to the right and everything else to the left; on a terminal, nothing in it acts.
 * @param more rows that are not shown */
export const resultTable = (columns: readonly string[], rows: readonly QueryRow[], more: number): string => {
  const values = columns.map((_, column) => rows.map((row) => row[column]!));
  const cells = values.map(columnCells);
  const lines = rows.map((_, row) => cells.map((column) => column[row]!));
  const isLeft = (column: number): boolean =>
    values[column]!.some((value) => value !== null && !isNumeric(value));
  const table = textTable([columns.map(onTerminal), ...lines], isLeft);
  if (more === 0) return rows.length === 0 ? `${table}no rows\n` : table;
  return `${table}and ${more} more; --limit ${rows.length + more} shows them all\n`;
};

const csvField = (text: string): string =>
  text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** A line of CSV (RFC 4180, with `\n`): NULL is empty, an empty text `""`, lists and objects are JSON. */
export const csvLine = (row: QueryRow): string =>
  `${row
    .map((value) => {
      if (value === null) return "";
      if (typeof value === "object") return csvField(jsonOf(value));
      return csvField(String(value));
    })
    .join(",")}\n`;

/** A row as a JSON object: integers beyond 2⁵³ as strings of digits, numbers that are not finite as null. */
export const jsonRow = (columns: readonly string[], row: QueryRow): string =>
  jsonOf(Object.fromEntries(columns.map((name, column) => [name, row[column]])));

/** The views of a run and their columns. */
export const schemaText = (tables: readonly RunTable[]): string =>
  tables
    .map(({ name, description, columns }) => {
      const lines = columns.map((column) => [
        `  ${onTerminal(column.name)}`,
        sqlType(column),
        column.description + (column.nullable ? " (or NULL)" : ""),
      ]);
      return `${name}: ${description}\n${textTable(lines, () => true)}`;
    })
    .join("\n");
