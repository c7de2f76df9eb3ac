import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { type ResultFormat, printResult, tableLimit } from "../../src/bin/print-result.ts";
import type { QueryResult } from "../../src/study/query/query-run.ts";

let written: string[];
let readers: number;
beforeEach(() => {
  written = [];
  readers = Infinity;
  vi.spyOn(process.stdout, "write").mockImplementation((text: string | Uint8Array, done?: unknown) => {
    if (written.length < readers) written.push(String(text));
    const gone = written.length >= readers ? Object.assign(new RangeError("gone"), { code: "EPIPE" }) : null;
    if (typeof done === "function") done(gone);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

/** Rows 0 … rows − 1 in batches of `atOnce`; counts those that were asked for. */
const counting = (rows: number, atOnce: number): QueryResult & { asked: number } => {
  const result = {
    columns: ["n"],
    asked: 0,
    async *rows() {
      for (let at = 0; at < rows; at += atOnce) {
        result.asked = Math.min(rows, at + atOnce);
        yield Array.from({ length: Math.min(atOnce, rows - at) }, (_, row) => [at + row]);
      }
    },
  };
  return result;
};

const printed = async (format: ResultFormat, rows: number, limit?: number): Promise<string> => {
  written = [];
  await printResult(counting(rows, 4), { format, ...(limit !== undefined && { limit }) });
  return written.join("");
};

it("a table has its limit, and counts the rest", async () => {
  expect(await printed("table", 6, 5)).toBe("n\n0\n1\n2\n3\n4\nand 1 more; --limit 6 shows them all\n");
  expect(await printed("table", 5, 5)).toBe("n\n0\n1\n2\n3\n4\n");
  expect(await printed("table", 3, 0)).toBe("n\nand 3 more; --limit 3 shows them all\n");
  expect(await printed("table", tableLimit + 7)).toContain("and 7 more");
});

it("CSV and JSON have all rows, or as many as are wanted", async () => {
  expect(await printed("csv", 5)).toBe("n\n0\n1\n2\n3\n4\n");
  expect(await printed("csv", 50, 2)).toBe("n\n0\n1\n");
  expect(await printed("csv", 0)).toBe("n\n");
  expect(await printed("json", 5)).toBe(`[${[0, 1, 2, 3, 4].map((n) => `\n  {"n":${n}}`).join(",")}\n]\n`);
  expect(await printed("json", 9, 1)).toBe('[\n  {"n":0}\n]\n');
  expect(await printed("json", 9, 0)).toBe("[]\n");
  expect(await printed("json", 0)).toBe("[]\n");
});

it("no more is computed than is read", async () => {
  const limited = counting(1000, 4);
  await printResult(limited, { format: "csv", limit: 6 });
  expect(limited.asked).toBe(8);
  readers = written.length + 2;
  const unread = counting(1000, 4);
  await printResult(unread, { format: "csv" });
  expect(unread.asked).toBe(4);
});
