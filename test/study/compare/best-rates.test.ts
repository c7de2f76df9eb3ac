import { describe, expect, it } from "vitest";

import { groupOf, markBestRates } from "../../../src/study/compare/best-rates.ts";
import type { ComparedRun } from "../../../src/study/compare/compared-run.ts";

const run = (
  strategy: string,
  learningRate: number,
  stepsToTarget: number | null,
  heldOutLoss: number | null,
): ComparedRun => ({
  varied: { "weighing.strategy": strategy, "training.learningRate": learningRate },
  steps: 10,
  diverged: heldOutLoss === null,
  stepsToTarget,
  heldOutLoss,
  meanRho: 1,
  meanGamma: 0,
  minEss: 4,
  maxWeightTimesSize: 1,
  withinCap: 1,
  bestRate: null,
});
const marked = (runs: ComparedRun[]): (boolean | null)[] =>
  markBestRates(runs).map(({ bestRate }) => bestRate);

describe("the best learning rate", () => {
  it("is the one that reached the target first, in each group of runs alike but for it", () => {
    expect(
      marked([
        run("uniform", 0.1, 50, 0.1),
        run("linupper", 0.1, 30, 0.3),
        run("uniform", 0.2, 40, 0.2),
        run("linupper", 0.2, null, 0.01),
      ]),
    ).toEqual([false, true, true, false]);
  });

  it("is by held-out loss where none reached it, and among equals the lower loss, then the first", () => {
    expect(marked([run("a", 1, null, 3), run("a", 2, null, 2), run("a", 3, null, null)])).toEqual([
      false,
      true,
      false,
    ]);
    expect(marked([run("a", 1, 9, 3), run("a", 2, 9, 2)])).toEqual([false, true]);
    expect(marked([run("a", 1, 9, 2), run("a", 2, 9, 2)])).toEqual([true, false]);
  });

  it("is none where all diverged, or fewer than two rates were compared", () => {
    expect(marked([run("a", 1, null, null), run("a", 2, null, null)])).toEqual([false, false]);
    expect(marked([run("a", 1, 5, 1), run("b", 1, 6, 1)])).toEqual([null, null]);
  });

  it("groups by all other keys", () => {
    expect(groupOf(run("a", 1, 1, 1))).toBe(groupOf(run("a", 2, 3, 4)));
    expect(groupOf(run("a", 1, 1, 1))).not.toBe(groupOf(run("b", 1, 1, 1)));
  });
});
