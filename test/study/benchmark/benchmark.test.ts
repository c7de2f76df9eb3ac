import { describe, expect, it } from "vitest";

import { ConfigError } from "../../../src/errors.ts";
import { createFiles } from "../../../src/files.ts";
import { type BenchmarkProgress, runBenchmark } from "../../../src/study/benchmark/benchmark.ts";
import { inFolder } from "../../support/corpus-on-disk.ts";

const files = createFiles();

describe("runBenchmark", () => {
  it("times every stage at a size, and leaves nothing behind", () =>
    inFolder(async (folder) => {
      const told: BenchmarkProgress[] = [];
      const { figures, floors } = await runBenchmark({
        files,
        folder,
        sizes: [1001],
        quick: true,
        onProgress: (progress) => told.push(progress),
      });
      expect(await files.list(folder)).toEqual([]);
      expect(new Set(figures.map(({ name }) => name)).size).toBe(13);
      expect(floors).toHaveLength(5);
      for (const { instances } of [...figures, ...floors, ...told]) expect(instances).toBe(1000);
      expect(Math.max(...told.map(({ round }) => round))).toBe(2);
    }));

  it("refuses sizes out of range before any work", () =>
    inFolder(async (folder) => {
      for (const size of [999, 1e8 + 1, 2000.5]) {
        const error = await runBenchmark({ files, folder, sizes: [1e4, size], quick: true }).catch(
          (thrown: unknown) => thrown,
        );
        expect(error).toBeInstanceOf(ConfigError);
        expect(String(error)).toContain(
          `a size must be a whole number of instances from 1000 to 1e8, got ${size}`,
        );
      }
    }));

  it.each(["random gather", "writing shards", "end to end, importance"])(
    "stops before %s when it is told to, and leaves nothing behind",
    (last) =>
      inFolder(async (folder) => {
        const controller = new AbortController();
        const told: string[] = [];
        const stopped = runBenchmark({
          files,
          folder,
          sizes: [1000],
          quick: true,
          signal: controller.signal,
          onProgress: ({ name, round }) => {
            told.push(name);
            if (name === last && (round === 1 || name === "writing shards")) controller.abort();
          },
        });
        await expect(stopped).rejects.toMatchObject({
          code: "CW_INTERRUPTED",
          message: "the benchmark was stopped",
        });
        expect(told.at(-1)).toBe(last);
        expect(await files.list(folder)).toEqual([]);
      }),
  );
});
