/** @file Values of a query's result as plain data. */
import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";

/** A value: lists and arrays as lists, structs and maps as objects, dates and the like as DuckDB writes them. */
export type QueryValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly QueryValue[]
  | { readonly [name: string]: QueryValue };

const hasOwn = <Name extends string>(value: object, name: Name): value is Record<Name, unknown> =>
  Object.hasOwn(value, name);

/** The decimal number with the fewest digits that is this float32: 0.1 rather than 0.10000000149011612.
 * @param value a float32, widened */
export const shortestFloat32 = (value: number): number => {
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Object.is(Math.fround(rounded), value)) return rounded;
  }
  return value;
};

/** Plain data of a DuckDB value; integers beyond 2⁵³ stay bigints. */
export const plainValue = (value: DuckDBValue, type?: DuckDBType): QueryValue => {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return type?.toString() === "FLOAT" ? shortestFloat32(value) : value;
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  return plainObject(value);
};

const plainObject = (value: Exclude<DuckDBValue, boolean | number | bigint | string | null>): QueryValue => {
  if ("items" in value) return value.items.map((item) => plainValue(item));
  if ("entries" in value) {
    const pairs: (readonly [string, DuckDBValue])[] = Array.isArray(value.entries)
      ? value.entries.map((entry) => [String(entry.key), entry.value])
      : Object.entries(value.entries);
    return Object.fromEntries(pairs.map(([name, item]) => [name, plainValue(item)]));
  }
  return hasOwn(value, "scale") ? Number(value.toString()) : value.toString();
};
