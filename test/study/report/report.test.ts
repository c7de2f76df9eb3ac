import { describe, expect, it } from "vitest";

import { reportOn } from "../../../src/study/report/report.ts";
import { quickFiles } from "../../support/ledger-on-disk.ts";
import { readable, withRun } from "../../support/report-findings.ts";
import { fallingPipeline, recordFalling, writeHostileCorpus } from "../../support/report-runs.ts";

describe("a report", () => {
  it("is a page of one run, or of several", () =>
    withRun(async (dir) => {
      expect(await reportOn(quickFiles, { folders: [dir] })).toContain("Report of a run");
      expect(readable(await reportOn(quickFiles, { folders: [dir, dir] }))).toContain(
        "Report of 2 runs run (1), run (2)",
      );
    }));

  it("takes as many runs as lines can be told apart", async () => {
    const folders = Array.from({ length: 9 }, (_, at) => `runs/${at}`);
    await expect(reportOn(quickFiles, { folders })).rejects.toMatchObject({
      message: "number of runs must be in 1 … 8, got 9",
      hint: "leave some out: more lines than that cannot be told apart",
    });
  });

  it("shows instances' texts as text", () =>
    withRun(async (_, folder) => {
      const manifest = await writeHostileCorpus(`${folder}/hostile`);
      const dir = await recordFalling(`${folder}/texts`, fallingPipeline(manifest, { steps: 20 }));
      const page = await reportOn(quickFiles, { folders: [dir] });
      expect(page).not.toMatch(/<script|<img|<iframe|onerror="/);
      expect(page).toContain("&lt;script&gt;window.broken = true&lt;/script&gt;");
      // oxlint-disable-next-line no-control-regex
      expect(page).not.toMatch(/[\u0000\u0007\u001b\u202a-\u202e\u2066-\u2069]/);
      expect(readable(page)).toContain("שלום עולם");
    }));
});
