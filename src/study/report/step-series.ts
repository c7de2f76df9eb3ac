/** @file What every step's record says, as columns. */
import type { LedgerReader } from "../../ledger/reader.ts";

/** Numbers of the steps' records that the report shows: shape [steps] each, of steps 1, 2, …; NaN where a record has none. */
export interface StepSeries {
  /** Mean of the batch. */
  readonly loss: Float64Array;
  readonly gamma: Float64Array;
  readonly rho: Float64Array;
  readonly ess: Float64Array;
  readonly maxWeightTimesSize: Float64Array;
  /** Milliseconds, as are the next two: training and weighing, drawing, reading tokens. */
  readonly ms: Float64Array;
  readonly drawMs: Float64Array;
  readonly readMs: Float64Array;
}

/** One of them. */
export type SeriesName = keyof StepSeries;

const seriesNames = ["loss", "gamma", "rho", "ess", "maxWeightTimesSize", "ms", "drawMs", "readMs"] as const;

/** Reads the records of a run's live branch. O(bytes of the journal). */
export const readStepSeries = async (ledger: LedgerReader): Promise<StepSeries> => {
  const column = (): Float64Array => new Float64Array(ledger.lastStep).fill(Number.NaN);
  const series = {
    loss: column(),
    gamma: column(),
    rho: column(),
    ess: column(),
    maxWeightTimesSize: column(),
    ms: column(),
    drawMs: column(),
    readMs: column(),
  };
  for await (const { step, metrics } of ledger.steps())
    for (const name of seriesNames) {
      const value = metrics[name];
      if (typeof value === "number") series[name][step - 1] = value;
    }
  return series;
};

/** Mean of the finite values; NaN without any. */
export const meanOf = (values: Float64Array): number => {
  const finite = values.filter((value) => Number.isFinite(value));
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
};

/** Greatest of the finite values; NaN without any. */
export const largestOf = (values: Float64Array): number =>
  values.reduce((most, value) => (Number.isFinite(value) && !(value <= most) ? value : most), Number.NaN);

/** Whether any step has a number there. */
export const isRecorded = (values: Float64Array): boolean => values.some((value) => Number.isFinite(value));
