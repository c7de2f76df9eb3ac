import { unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { openReportedRun } from "../../../src/study/report/reported-run.ts";
import { quickFiles } from "../../support/ledger-on-disk.ts";
import { withRun } from "../../support/report-findings.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

describe("a run to be reported", () => {
  it("comes with its corpus, summary and evaluations", () =>
    withRun(async (dir) => {
      const run = await openReportedRun(quickFiles, dir);
      expect(run).toMatchObject({ name: "run", folder: dir, corpusMissing: null });
      expect(run.summary?.steps).toBe(60);
      expect(run.recorded?.manifest.domains).toHaveLength(2);
      expect(run.evaluations.map(({ step }) => step)).toEqual([0, 30, 60]);
    }));

  it("comes with the reason where its corpus is gone, and with its corpus from another place", () =>
    withRun(async (dir, folder) => {
      unlinkSync(join(folder, "corpus", "manifest.json"));
      const without = await openReportedRun(quickFiles, dir);
      expect(without.recorded).toBeNull();
      expect(without.corpusMissing).toBe(
        `the corpus' manifest does not exist (corpus.manifest, ${join(folder, "corpus", "manifest.json")})`,
      );
      const { manifestPath } = await writeSmallCorpus(join(folder, "elsewhere"));
      expect((await openReportedRun(quickFiles, dir, manifestPath)).corpusMissing).toBeNull();
    }));

  it("must be a run, with a step, and an undamaged ledger", () =>
    withRun(async (dir, folder) => {
      await expect(openReportedRun(quickFiles, folder)).rejects.toThrow("there is no run in this folder");
      const journal = join(dir, "ledger", "journal.jsonl");
      writeFileSync(journal, "");
      await expect(openReportedRun(quickFiles, dir)).rejects.toThrow("there is no ledger here");
    }));
});
