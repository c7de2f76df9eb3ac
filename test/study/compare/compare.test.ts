import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createFiles } from "../../../src/files.ts";
import {
  type ComparisonOptions,
  type ComparisonProgress,
  compareRuns,
} from "../../../src/study/compare/compare.ts";
import type { ComparedRun } from "../../../src/study/compare/compared-run.ts";

const pipeline = fileURLToPath(new URL("../../../pipelines/regression.yaml", import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-compare-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const strategies = { keyPath: "weighing.strategy", values: ["uniform", "linupper"] };
const compare = async (changes: Partial<ComparisonOptions>): Promise<ComparedRun[]> => {
  const options = { pipeline, varied: [strategies], folder, keep: false, files: createFiles(), ...changes };
  const runs: ComparedRun[] = [];
  for await (const run of compareRuns(options)) runs.push(run);
  return runs;
};

describe("comparing on a regression", () => {
  it("at one small learning rate, uniform needs rho times as many steps as linupper", async () => {
    const overrides = ["training.learningRate=0.05", "steps=700", "evaluation.everySteps=2"];
    const [uniform, linupper] = await compare({ target: 1e-6, overrides });
    expect(uniform).toMatchObject({ varied: { "weighing.strategy": "uniform" }, meanRho: 1, withinCap: 1 });
    expect(linupper!.minEss).toBeLessThan(uniform!.minEss);
    const ratio = uniform!.stepsToTarget! / linupper!.stepsToTarget!;
    expect(linupper!.meanRho).toBeGreaterThan(1.4);
    expect(ratio / linupper!.meanRho).toBeGreaterThan(0.97);
    expect(ratio / linupper!.meanRho).toBeLessThan(1.03);
  });

  it("counts divergence as a result, and goes on", async () => {
    const runs = await compare({
      varied: [{ keyPath: "training.learningRate", values: ["9", "0.1"] }],
      overrides: ["steps=60"],
    });
    expect(runs.map(({ diverged, heldOutLoss }) => [diverged, heldOutLoss === null])).toEqual([
      [true, true],
      [false, false],
    ]);
    expect(runs[0]!.steps).toBeLessThan(60);
    expect(runs[1]!.varied).toEqual({ "training.learningRate": 0.1 });
  });

  it("says how far it is, and leaves nothing behind", async () => {
    const seen: ComparisonProgress[] = [];
    await compare({ overrides: ["steps=5"], onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ run, runs, step, steps }) => [run, runs, step, steps])).toEqual(
      [1, 2].flatMap((run) => [1, 2, 3, 4, 5].map((step) => [run, 2, step, 5])),
    );
    expect(seen[7]!.point).toEqual(["weighing.strategy=linupper"]);
    expect(seen[8]!.secondsLeft).toBeGreaterThan(0);
    expect(seen[9]!.secondsLeft).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("keeps the runs' folders where asked to", async () => {
    await compare({ overrides: ["steps=2"], keep: true });
    expect(existsSync(join(folder, "run-2", "summary.json"))).toBe(true);
  });

  it("checks every combination before the first run", async () => {
    const varied = [{ keyPath: "training.batchSize", values: ["4", "0"] }];
    await expect(compare({ varied, keep: true })).rejects.toThrow(
      "training.batchSize must be at least 1, got 0",
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it("ends cleanly when it is stopped, without the run under way", async () => {
    const controller = new AbortController();
    const runs = await compare({
      overrides: ["steps=30"],
      signal: controller.signal,
      onProgress: ({ run, step }) => {
        if (run === 2 && step === 3) controller.abort();
      },
    });
    expect(runs.map(({ varied, steps }) => [varied["weighing.strategy"], steps])).toEqual([["uniform", 30]]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("passes on what is no divergence", async () => {
    await compare({ overrides: ["steps=1"], keep: true });
    await expect(compare({ overrides: ["steps=1"], keep: true })).rejects.toThrow(
      "there is a run in this folder already",
    );
  });
});
