import { describe, expect, it } from "vitest";

import { createDraws } from "../../../src/draws.ts";
import { createStepBatch } from "../../../src/ledger/log/observations.ts";
import { standInLosses } from "../../../src/study/what-if/stand-in-losses.ts";

const { columns: observed } = createStepBatch(4);
observed.row.set([1, 2, 3, 4]);
observed.domain.set([0, 0, 1, 1]);
observed.loss.set([1, 2, 4, Number.NaN]);
observed.targets.set([7, 6, 5, 7]);

const standIns = (rows: readonly [row: number, domain: number][], past: Record<number, number> = {}) => {
  const draws = createDraws(rows.length);
  draws.row.set(rows.map(([row]) => row));
  draws.domain.set(rows.map(([, domain]) => domain));
  return standInLosses(draws, observed, {
    ordinalOf: (_, row) => row,
    past: { lastLoss: async (_, row) => past[row] ?? Number.NaN },
    fullTargets: 7,
  });
};

describe("losses of a batch that was never trained on", () => {
  it("are recorded ones first, then the last ones before, then the mean of domain or step", async () => {
    const { losses, targets, origins } = await standIns(
      [
        [2, 0],
        [8, 0],
        [9, 0],
        [9, 1],
        [9, 2],
      ],
      { 2: 50, 8: 3 },
    );
    expect([...losses]).toEqual([2, 3, 1.5, 4, Math.fround(7 / 3)]);
    expect([...targets]).toEqual([6, 7, 7, 7, 7]);
    expect(origins).toEqual({ recorded: 1, earlier: 1, mean: 3 });
  });

  it("stay what they are where the recorded one is no number", async () => {
    expect((await standIns([[4, 1]])).losses).toEqual(Float32Array.of(Number.NaN));
  });
});
