import { describe, expect, it } from "vitest";

import { type PrepareProgress, createProgress } from "../../../src/corpus/prepare/progress.ts";

describe("createProgress", () => {
  it("reports rate and time left of the phase", () => {
    const reports: PrepareProgress[] = [];
    let now = 1000;
    const progress = createProgress(
      (report) => reports.push(report),
      () => now,
    );
    progress.begin("survey", 4e6);
    now += 500;
    progress.add(1e6);
    now += 500;
    progress.add(3e6);
    progress.begin("encode", 4e6);
    expect(reports).toEqual([
      { phase: "survey", bytesDone: 0, bytesTotal: 4e6, mbPerSecond: 0, secondsLeft: Infinity },
      { phase: "survey", bytesDone: 1e6, bytesTotal: 4e6, mbPerSecond: 2, secondsLeft: 1.5 },
      { phase: "survey", bytesDone: 4e6, bytesTotal: 4e6, mbPerSecond: 4, secondsLeft: 0 },
      { phase: "encode", bytesDone: 0, bytesTotal: 4e6, mbPerSecond: 0, secondsLeft: Infinity },
    ]);
  });
});
