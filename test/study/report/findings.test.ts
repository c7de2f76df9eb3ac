import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { findingsOf } from "../../../src/study/report/findings.ts";
import { openReportedRun } from "../../../src/study/report/reported-run.ts";
import { quickFiles } from "../../support/ledger-on-disk.ts";
import { smallFindings, withRun } from "../../support/report-findings.ts";
import { fallingTrainer } from "../../support/report-runs.ts";

const sum = (values: Float64Array): number => values.reduce((all, value) => all + value, 0);

describe("findings", () => {
  it("count every observation once, in every aggregation", async () => {
    const { observations, masked, totals, meanLoss, coverage, domains, steps } = await smallFindings();
    expect([observations, masked]).toEqual([480, 0]);
    expect([sum(totals.rows), sum(meanLoss.count)]).toEqual([480, 480]);
    expect(sum(totals.weight)).toBeCloseTo(60, 4);
    expect(domains).toEqual([
      { name: "d0", rows: 40, requested: 0.625 },
      { name: "d1", rows: 24, requested: 0.375 },
    ]);
    expect(sum(coverage.seen.slice(-2))).toBeLessThanOrEqual(64);
    expect(steps.loss).toHaveLength(60);
  });

  it("count masked losses apart", async () => {
    const { observations, masked, meanLoss } = await smallFindings({
      trainer: fallingTrainer(false, true),
      changes: { weighing: { strategy: "linupper", nonFinite: "mask" } },
    });
    expect(observations).toBe(480);
    expect(masked).toBeGreaterThan(10);
    expect(sum(meanLoss.count)).toBe(480 - masked);
  });

  it("begin where the ledger still has rows", () =>
    withRun(async (dir) => {
      const run = await openReportedRun(quickFiles, dir);
      const kept = { ...run, ledger: { ...run.ledger, firstStep: 41 } };
      const { observations, standouts, steps } = await findingsOf(quickFiles, kept);
      expect(observations).toBe(160);
      expect(Math.min(...standouts.hardest.flatMap(({ trajectory }) => trajectory.steps))).toBeGreaterThan(
        40,
      );
      expect(steps.loss.every((loss) => loss > 0)).toBe(true);
    }));

  it("number domains where the corpus is gone", () =>
    withRun(async (dir, folder) => {
      unlinkSync(join(folder, "corpus", "manifest.json"));
      const { domains, totals } = await findingsOf(quickFiles, await openReportedRun(quickFiles, dir));
      expect(domains).toEqual([
        { name: "domain 0", rows: null, requested: null },
        { name: "domain 1", rows: null, requested: null },
      ]);
      expect(sum(totals.rows)).toBe(480);
    }));
});
