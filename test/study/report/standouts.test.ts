import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { recentFrom } from "../../../src/study/questions/ranked-instances.ts";
import { findingsOf } from "../../../src/study/report/findings.ts";
import { openReportedRun } from "../../../src/study/report/reported-run.ts";
import { quickFiles } from "../../support/ledger-on-disk.ts";
import { smallFindings, withRun } from "../../support/report-findings.ts";

describe("standouts", () => {
  it("have scores that their trajectories bear out, highest first", async () => {
    const { standouts } = await smallFindings();
    for (const list of [standouts.hardest, standouts.noisiest, standouts.forgotten]) {
      const scores = list.map(({ score }) => score);
      expect(scores.length).toBeGreaterThan(0);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    }
    for (const { score, trajectory } of standouts.hardest) {
      expect(score).toBe(trajectory.losses.at(-1));
      expect(trajectory.steps.at(-1)).toBeGreaterThanOrEqual(recentFrom(60));
    }
    for (const { score, trajectory } of standouts.forgotten)
      expect(score).toBe(trajectory.losses.at(-1)! - Math.min(...trajectory.losses));
    for (const { score, trajectory } of standouts.noisiest) {
      const mean = trajectory.losses.reduce((sum, loss) => sum + loss, 0) / trajectory.losses.length;
      const squares = trajectory.losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0);
      expect(score).toBeCloseTo(Math.sqrt(squares / (trajectory.losses.length - 1)), 9);
    }
    expect(standouts.contentMissing).toBeNull();
    expect(standouts.hardest[0]!.content?.tokens).toHaveLength(8);
  });

  it("keep the reason where a shard is gone", () =>
    withRun(async (dir, folder) => {
      unlinkSync(join(folder, "corpus", "d0.parquet"));
      const { standouts } = await findingsOf(quickFiles, await openReportedRun(quickFiles, dir));
      expect(standouts.contentMissing).toContain("d0.parquet");
      expect(standouts.hardest[0]!.content).toBeNull();
      expect(standouts.hardest[0]!.trajectory.losses.length).toBeGreaterThan(0);
    }));
});
