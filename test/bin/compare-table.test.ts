import { describe, expect, it } from "vitest";

import { compareTable } from "../../src/bin/compare-table.ts";
import { markBestRates } from "../../src/study/compare/best-rates.ts";
import type { ComparedRun } from "../../src/study/compare/compared-run.ts";

const run = (
  varied: Record<string, unknown>,
  stepsToTarget: number | null,
  heldOutLoss: number | null,
): ComparedRun => ({
  varied,
  steps: 12,
  diverged: heldOutLoss === null,
  stepsToTarget,
  heldOutLoss,
  meanRho: 1.4714,
  meanGamma: 0.012345,
  minEss: 53.51,
  maxWeightTimesSize: 2.4,
  withinCap: 0.578,
  bestRate: null,
});
const strategy = "weighing.strategy";
const rate = "training.learningRate";

describe("compareTable", () => {
  it("has a row a run, and the rates of each group side by side, the best marked", () => {
    const runs = markBestRates([
      run({ [strategy]: "uniform", [rate]: 0.02 }, 1660, 1.26e-7),
      run({ [strategy]: "uniform", [rate]: 1.5 }, 25, 2e-15),
      run({ [strategy]: "linupper", [rate]: 0.02 }, null, 0.25),
      run({ [strategy]: "linupper", [rate]: 1.5 }, null, null),
    ]);
    expect(compareTable(runs, 1e-6)).toMatchInlineSnapshot(`
      "strategy  learningRate  steps to 1e-6   held-out loss  mean rho  mean gamma  min ESS  max M·w_max  within 2
      uniform           0.02           1660         1.26e-7     1.471      0.0123     53.5         2.40       58%
      uniform          1.5 *             25        2.00e-15     1.471      0.0123     53.5         2.40       58%
      linupper        0.02 *          never           0.250     1.471      0.0123     53.5         2.40       58%
      linupper           1.5          never  diverged at 13     1.471      0.0123     53.5         2.40       58%

      strategy  rate 0.02  rate 1.5
      uniform        1660      25 *
      linupper    never *     never

      * best learning rate, everything else alike
      "
    `);
  });

  it("compares held-out losses where no target was named", () => {
    const runs = markBestRates([
      run({ [strategy]: "a", [rate]: 1 }, null, 3.5),
      run({ [strategy]: "a", [rate]: 2 }, null, 3.25),
      run({ [strategy]: "b", [rate]: 1 }, null, null),
    ]);
    const [, second] = compareTable(runs, undefined).split("\n\n");
    expect(second?.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["strategy", "rate 1", "rate 2"],
      ["a", "3.500", "3.250 *"],
      ["b", "diverged at 13"],
    ]);
  });

  it("names keys by their last part unless two end alike, and marks nothing without rates", () => {
    const header = (keys: string[]): string[] =>
      compareTable([run(Object.fromEntries(keys.map((key) => [key, [1, 2]])), null, 2)], undefined).split(
        /  +/,
      );
    expect(header(["model.noise", "seed"]).slice(0, 3)).toEqual(["noise", "seed", "held-out loss"]);
    expect(header(["sampler.kind", "model.kind"]).slice(0, 2)).toEqual(["sampler.kind", "model.kind"]);
    expect(compareTable([run({ seed: null }, null, 2)], undefined)).not.toContain("*");
  });
});
