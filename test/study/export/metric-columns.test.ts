import { describe, expect, it } from "vitest";

import type { Metrics } from "../../../src/ledger/journal/journal-line.ts";
import { MetricColumns } from "../../../src/study/export/metric-columns.ts";

const columnsOf = (records: readonly Metrics[]): MetricColumns => {
  const columns = new MetricColumns(["step", "rows"]);
  for (const record of records) columns.add(record);
  return columns;
};

describe("metric columns", () => {
  it("are in the order of their first coming, with the type of all their values; missing ones are null", () => {
    const records: Metrics[] = [
      { loss: null, phase: "warm" },
      { loss: 2.5, phase: "hot", clipped: true },
    ];
    const columns = columnsOf(records);
    expect(columns.columns.map(({ name, type, nullable }) => [name, type, nullable])).toEqual([
      ["loss", "float64", true],
      ["phase", "text", true],
      ["clipped", "boolean", true],
    ]);
    expect(records.map((record) => columns.cellsOf(record))).toEqual([
      [null, "warm", null],
      [2.5, "hot", true],
    ]);
    expect(columns.columns[0]!.description).toBe("mean loss of the batch, nats per token");
    expect(columns.columns[1]!.description).toBe("as the trainer reported it");
  });

  it("join nested names, and write lists as JSON", () => {
    const record = { shares: { code: 0.25, deep: { er: 1 } }, histogram: [1, 2] };
    const columns = columnsOf([record]);
    expect(columns.columns.map(({ name, type }) => [name, type])).toEqual([
      ["shares_code", "float64"],
      ["shares_deep_er", "float64"],
      ["histogram", "text"],
    ]);
    expect(columns.cellsOf(record)).toEqual([0.25, 1, "[1,2]"]);
  });

  it("become text where steps disagree on the type, and numbers where nothing was ever said", () => {
    const records: Metrics[] = [{ a: 1, b: null }, { a: "x" }, { a: false }];
    const columns = columnsOf(records);
    expect(columns.columns.map(({ name, type }) => [name, type])).toEqual([
      ["a", "text"],
      ["b", "float64"],
    ]);
    expect(records.map((record) => columns.cellsOf(record)[0])).toEqual(["1", "x", "false"]);
  });

  it("give way to the table's own columns", () => {
    const columns = columnsOf([{ step: 3, rows: 4 }]);
    expect(columns.columns.map(({ name }) => name)).toEqual(["metric_step", "metric_rows"]);
    expect(columns.cellsOf({ rows: 4 })).toEqual([null, 4]);
  });
});
