import { describe, expect, it } from "vitest";

import { stepRangeOf } from "../../../src/study/export/table-source.ts";
import type { RecordedRun } from "../../../src/study/replay/recorded-run.ts";

const runOf = (firstStep: number, lastStep: number): Pick<RecordedRun, "ledger" | "folder"> => {
  const ledger: Partial<RecordedRun["ledger"]> = { firstStep, lastStep };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of a reader is asked for
  return { folder: "runs/x", ledger: ledger as RecordedRun["ledger"] };
};

describe("a range of steps", () => {
  it("is all that the log has kept, or the part asked for", () => {
    expect(stepRangeOf(runOf(1, 30))).toEqual({ first: 1, last: 30 });
    expect(stepRangeOf(runOf(11, 30))).toEqual({ first: 11, last: 30 });
    expect(stepRangeOf(runOf(1, 30), { first: 5 })).toEqual({ first: 5, last: 30 });
    expect(stepRangeOf(runOf(1, 30), { last: 5 })).toEqual({ first: 1, last: 5 });
    expect(stepRangeOf(runOf(1, 30), { first: 30, last: 30 })).toEqual({ first: 30, last: 30 });
    expect(stepRangeOf(runOf(1, 0))).toEqual({ first: 0, last: 0 });
  });

  it("must be within the run's steps", () => {
    const message = (asked: string): string =>
      `steps must be a range within 11:30, the steps of this run, got "${asked}" (runs/x)`;
    expect(() => stepRangeOf(runOf(11, 30), { first: 10 })).toThrow(message("10:30"));
    expect(() => stepRangeOf(runOf(11, 30), { last: 31 })).toThrow(message("11:31"));
    expect(() => stepRangeOf(runOf(11, 30), { first: 20, last: 19 })).toThrow(message("20:19"));
  });
});
