import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { createFiles } from "../../../src/files.ts";
import { openLedgerReader } from "../../../src/ledger/reader.ts";
import { openLoopCases } from "../../../src/study/benchmark/loop-cases.ts";
import { planOf } from "../../../src/study/benchmark/plan.ts";
import { writeSyntheticCorpus } from "../../../src/study/benchmark/synthetic-corpus.ts";
import { inFolder } from "../../support/corpus-on-disk.ts";

const files = createFiles();

describe("openLoopCases", () => {
  it("runs the real loop so many steps a timing, and is at rest between two", () =>
    inFolder(async (folder) => {
      const plan = planOf(10_000);
      const { manifestPath } = await writeSyntheticCorpus(files, folder, plan, () => undefined);
      const { cases, close } = await openLoopCases(files, folder, manifestPath, plan);
      expect(cases.map(({ name }) => name)).toEqual(["end to end, uniform", "end to end, importance"]);
      for (let run = 0; run < 3; run++) for (const one of cases) await one.run();
      const readPerUsed = cases.map(({ bytesReadPerByteUsed }) => bytesReadPerByteUsed!());
      await close();
      for (const name of ["uniform", "importance"]) {
        const reader = await openLedgerReader(files, join(folder, name, "ledger"));
        const probabilities = new Set<number>();
        let steps = 0;
        for await (const { probability } of reader.observations()) {
          steps++;
          for (const value of probability) probabilities.add(value);
        }
        // The step that was held is let through at the end.
        expect(steps).toBe(3 * plan.stepsPerRound + 1);
        if (name === "uniform") expect([...probabilities]).toEqual([1]);
        else expect(probabilities.size).toBeGreaterThan(100);
      }
      expect(readPerUsed[0]).toBeGreaterThan(0.5);
      expect(readPerUsed[0]).toBeLessThan(1.6);
      expect(readPerUsed[1]! / readPerUsed[0]!).toBeGreaterThan(1.5);
    }));

  it("fails with what the run fails with", () =>
    inFolder(async (folder) => {
      const plan = planOf(10_000);
      const { manifestPath, shardPaths } = await writeSyntheticCorpus(files, folder, plan, () => undefined);
      const { cases, close } = await openLoopCases(files, folder, manifestPath, plan);
      await cases[1]!.run();
      for (const path of shardPaths) {
        const file = await files.openAppend(path, 1000);
        await file.close();
      }
      const failure = (async () => {
        for (let run = 0; run < 10; run++) await cases[0]!.run();
      })();
      await expect(failure).rejects.toThrow("the file must have at least");
      await expect(close()).rejects.toThrow("the file must have at least");
    }));
});
