import { describe, expect, it } from "vitest";

import { type Axis, axisOf, sharedAxes } from "../../../src/study/report/axis.ts";
import { openReportedRun } from "../../../src/study/report/reported-run.ts";
import { quickFiles } from "../../support/ledger-on-disk.ts";
import { withRun } from "../../support/report-findings.ts";

describe("the axis of a run", () => {
  it("counts tokens by the corpus, by the summary without it, and instances without both", () =>
    withRun(async (dir) => {
      const run = await openReportedRun(quickFiles, dir);
      const tokens = { unit: "tokens", perStep: 64, loss: "nats per token" };
      expect(axisOf(run)).toEqual(tokens);
      expect(axisOf({ ...run, recorded: null })).toEqual(tokens);
      expect(axisOf({ ...run, recorded: null, summary: undefined })).toEqual({
        ...tokens,
        unit: "instances drawn",
        perStep: 8,
      });
    }));

  it("counts instances of a corpus without text", () =>
    withRun(
      async (dir) => {
        expect(axisOf(await openReportedRun(quickFiles, dir))).toEqual({
          unit: "instances drawn",
          perStep: 8,
          loss: "half squared error",
        });
      },
      { changes: { corpus: { kind: "synthetic", instances: 200 }, model: { kind: "regression" } } },
    ));
});

describe("axes of several runs", () => {
  const text: Axis = { unit: "tokens", perStep: 64, loss: "nats per token" };
  const bare: Axis = { unit: "instances drawn", perStep: 4, loss: "half squared error" };

  it("count tokens if all do, else instances", () => {
    expect(sharedAxes([{ axis: text, batchSize: 8 }])).toEqual([text]);
    expect(
      sharedAxes([
        { axis: text, batchSize: 8 },
        { axis: bare, batchSize: 4 },
      ]),
    ).toEqual([{ ...text, unit: "instances drawn", perStep: 8 }, bare]);
  });
});
