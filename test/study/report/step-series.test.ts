import { describe, expect, it } from "vitest";

import { isRecorded, largestOf, meanOf, readStepSeries } from "../../../src/study/report/step-series.ts";
import { ledgerAt } from "../../support/report-ledger.ts";

describe("series of the steps' records", () => {
  it("hold each step's number, NaN where a record has none", async () => {
    const series = await readStepSeries(
      ledgerAt([
        { loss: 3, ess: 7.5, ms: 12 },
        { loss: null, ess: 8, ms: 10 },
      ]),
    );
    expect(series.loss).toEqual(Float64Array.of(3, Number.NaN));
    expect(series.ess).toEqual(Float64Array.of(7.5, 8));
    expect(series.drawMs).toEqual(Float64Array.of(Number.NaN, Number.NaN));
    expect([isRecorded(series.ms), isRecorded(series.drawMs)]).toEqual([true, false]);
  });

  it("have a mean and a greatest of what is finite", () => {
    const values = Float64Array.of(1, Number.NaN, 3, Infinity);
    expect([meanOf(values), largestOf(values)]).toEqual([2, 3]);
    expect([meanOf(Float64Array.of(Number.NaN)), largestOf(new Float64Array(0))]).toEqual([
      Number.NaN,
      Number.NaN,
    ]);
  });
});
