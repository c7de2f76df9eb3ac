/** @file The table `steps`: a step's record, as the journal keeps it. */
import type { StepLine } from "../../ledger/journal/journal-line.ts";
import { MetricColumns } from "./metric-columns.ts";
import { type RunTable, type TableBatch, column } from "./run-table.ts";
import type { TableSource } from "./table-source.ts";

const ownColumns = [
  column("step", "uint32", "step, from 1"),
  column("branch", "uint16", "branch that it was written on"),
  column("rows", "uint32", "rows of its batch"),
];

const linesAtOnce = 4096;

/** Records in order. Which columns there are is found in a first pass over the journal: O(bytes of the journal) here, and again
 * for the rows. */
export const stepsTable = async (source: TableSource): Promise<RunTable> => {
  const metrics = new MetricColumns(ownColumns.map(({ name }) => name));
  for await (const line of linesOf(source)) metrics.add(line.metrics);
  return {
    name: "steps",
    description: "a row for every step: what it reported",
    columns: [...ownColumns, ...metrics.columns],
    async *batches(onProgress) {
      const { first, last } = source.steps;
      let lines: StepLine[] = [];
      for await (const line of linesOf(source)) {
        lines.push(line);
        if (lines.length < linesAtOnce && line.step < last) continue;
        yield batchOf(lines, metrics);
        onProgress("steps", line.step - first + 1, last - first + 1);
        lines = [];
      }
    },
  };
};

async function* linesOf({ run, steps }: TableSource): AsyncGenerator<StepLine> {
  for await (const line of run.ledger.steps()) {
    if (line.step > steps.last) return;
    if (line.step >= steps.first) yield line;
  }
}

const batchOf = (lines: readonly StepLine[], metrics: MetricColumns): TableBatch => {
  const cells = lines.map((line) => metrics.cellsOf(line.metrics));
  return {
    size: lines.length,
    values: [
      Uint32Array.from(lines, ({ step }) => step),
      Uint16Array.from(lines, ({ branch }) => branch),
      Uint32Array.from(lines, ({ rows }) => rows),
      ...metrics.columns.map((_, at) => cells.map((row) => row[at]!)),
    ],
  };
};
