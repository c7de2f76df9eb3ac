import { describe, expect, it } from "vitest";

import { createFiles } from "../../../src/files.ts";
import { openBatchCases } from "../../../src/study/benchmark/batch-cases.ts";
import { planOf } from "../../../src/study/benchmark/plan.ts";
import { writeSyntheticCorpus } from "../../../src/study/benchmark/synthetic-corpus.ts";
import { inFolder } from "../../support/corpus-on-disk.ts";

describe("openBatchCases", () => {
  it("reads each byte about once, and gives its files back", () =>
    inFolder(async (folder) => {
      const plan = planOf(20_000);
      const { manifestPath, shardPaths } = await writeSyntheticCorpus(
        createFiles(),
        folder,
        plan,
        () => undefined,
      );
      const { cases, close } = await openBatchCases(manifestPath, shardPaths, plan);
      const [raw, batch] = cases;
      expect(raw!.work).toBeGreaterThan(20_000);
      expect(raw!.work).toBeLessThan(20_100);
      await raw!.run();
      for (let run = 0; run < 3; run++) {
        await batch!.prepare!();
        await batch!.run();
      }
      expect(batch).toMatchObject({ floor: raw!.name, work: plan.stepsPerRound * 256 });
      expect(batch!.bytesReadPerByteUsed!()).toBeGreaterThan(0.5);
      expect(batch!.bytesReadPerByteUsed!()).toBeLessThan(1.5);
      await close();
      await expect(raw!.run()).rejects.toThrow("cannot read the file");
    }));
});
