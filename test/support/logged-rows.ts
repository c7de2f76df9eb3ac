/** @file Rows of a log that a generator makes up, and aggregations fed with them as a ledger would feed them. */
import fc from "fast-check";

import type { Observations } from "../../src/ledger/log/observations.ts";
import type { Aggregation } from "../../src/study/questions/aggregation.ts";

/** A row as an oracle takes it. */
export interface LoggedRow {
  readonly step: number;
  readonly shard: number;
  readonly row: number;
  readonly domain: number;
  /** A float32 number; NaN or infinite where it was masked. */
  readonly loss: number;
}

/** A log, and where a reader cuts it into batches: also within a step. */
export interface CutLog {
  readonly rows: readonly LoggedRow[];
  /** Ascending, in (0, rows). */
  readonly cuts: readonly number[];
}

/** Domains of a {@link cutLogs} log; shard s belongs to domain s mod 3, and has rows 0 … 139. */
export const loggedDomains = 3;

/** Usual losses, equal ones, masked ones, and the far ends of float32. */
const losses: fc.Arbitrary<number> = fc.oneof(
  { weight: 8, arbitrary: fc.float({ min: 0, max: 32, noNaN: true }) },
  { weight: 2, arbitrary: fc.constantFrom(2.5, 3.25) },
  { weight: 2, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity) },
  { weight: 1, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true }) },
);

const rowsOfStep = fc.array(
  fc.record({
    shard: fc.nat(5),
    row: fc.oneof(fc.constantFrom(0, 63, 64, 139), fc.nat(139)),
    loss: losses,
  }),
  { minLength: 1, maxLength: 4, size: "max" },
);

/** Logs of 0 to some thirty steps, none left out between the first and the last; the first is 1 unless earlier ones were dropped. */
export const cutLogs: fc.Arbitrary<CutLog> = fc
  .record({
    first: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 300 })),
    steps: fc.array(rowsOfStep, { maxLength: 30, size: "max" }),
    cutAt: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
  })
  .map(({ first, steps, cutAt }) => {
    const rows = steps.flatMap((step, at) =>
      step.map((row) => ({ ...row, step: first + at, domain: row.shard % loggedDomains })),
    );
    const cuts = new Set(cutAt.map((share) => Math.floor(share * rows.length)));
    return {
      rows,
      cuts: [...cuts].filter((cut) => cut > 0 && cut < rows.length).toSorted((a, b) => a - b),
    };
  });

type LoggedColumns = Pick<Observations, "size" | "step" | "shard" | "row" | "domain" | "loss">;

/** Rows as the columns that questions look at. */
export const columnsOf = (rows: readonly LoggedRow[]): LoggedColumns => ({
  size: rows.length,
  step: Uint32Array.from(rows, ({ step }) => step),
  shard: Uint32Array.from(rows, ({ shard }) => shard),
  row: Uint32Array.from(rows, ({ row }) => row),
  domain: Uint16Array.from(rows, ({ domain }) => domain),
  loss: Float32Array.from(rows, ({ loss }) => loss),
});

/** What an aggregation says of a log. Batches are views that are overwritten once they were taken in, as a reader's are. */
export const answerOf = <Result>(
  aggregation: Pick<Aggregation<Exclude<keyof LoggedColumns, "size">, Result>, "add" | "result">,
  { rows, cuts }: CutLog,
): Result => {
  const all = columnsOf(rows);
  for (const [at, start] of [0, ...cuts].entries()) {
    const end = cuts[at] ?? rows.length;
    if (start === end) continue;
    const view = {
      size: end - start,
      step: all.step.subarray(start, end),
      shard: all.shard.subarray(start, end),
      row: all.row.subarray(start, end),
      domain: all.domain.subarray(start, end),
      loss: all.loss.subarray(start, end),
    };
    aggregation.add(view);
    for (const column of [view.step, view.shard, view.row, view.domain, view.loss]) column.fill(9);
  }
  return aggregation.result();
};

/** A log of rows that are said in a few words, in one batch. */
export const logOf = (
  ...rows: readonly (readonly [step: number, shard: number, row: number, loss: number])[]
): CutLog => ({
  rows: rows.map(([step, shard, row, loss]) => ({
    step,
    shard,
    row,
    domain: shard % loggedDomains,
    loss: Math.fround(loss),
  })),
  cuts: [],
});

/** Rows of each instance, by `shard:row`, in the order of first visits; those without a finite loss left out. */
export const visitsOf = (rows: readonly LoggedRow[]): Map<string, LoggedRow[]> => {
  const visits = new Map<string, LoggedRow[]>();
  for (const row of rows.filter(({ loss }) => Number.isFinite(loss))) {
    const key = `${row.shard}:${row.row}`;
    visits.set(key, [...(visits.get(key) ?? []), row]);
  }
  return visits;
};
