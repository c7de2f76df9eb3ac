/** @file What every question of a log is: a pass over some of its columns, and what it comes to. */
import type { ColumnName, Observations } from "../../ledger/log/observations.ts";

/** Rows of a log, some of its columns. */
export type Rows<Name extends ColumnName> = Pick<Observations, Name | "size">;

/** A one-pass aggregation: made by a `create…` function, fed rows in log order (steps ascending), asked at any time.
 *
 * A loss that is not finite (a masked one) is a visit that measured nothing: it is counted as `masked` where that is stated,
 * and enters no sum, extreme, histogram or trajectory. Rows that were only scored count like trained ones. */
export interface Aggregation<Name extends ColumnName, Result> {
  /** The columns it needs. */
  readonly columns: readonly Name[];
  /** Takes rows in; keeps none of them. O(rows). */
  add(rows: Rows<Name>): void;
  /** What the rows so far come to: plain data, not changed by later rows. */
  result(): Result;
}
