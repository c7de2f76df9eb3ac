import { describe, expect, it } from "vitest";

import { priorStatistic, scoreOf, scoreWindow } from "../../src/sampler/score.ts";

const none = { seen: 0, mean: Number.NaN };

describe("priorStatistic", () => {
  it("is the domain's mean for a block of which nothing is seen", () => {
    expect(priorStatistic(none, { seen: 40, mean: 3 })).toBe(3);
  });

  it("moves to the block's mean as its rows are seen: 16 seen rows count as much as the domain", () => {
    expect(priorStatistic({ seen: 16, mean: 5 }, { seen: 40, mean: 3 })).toBe(4);
    expect(priorStatistic({ seen: 48, mean: 5 }, { seen: 100, mean: 3 })).toBe(4.5);
  });

  it("is not a number when nothing of the domain is seen", () => {
    expect(priorStatistic(none, none)).toBeNaN();
  });
});

describe("scoreOf", () => {
  it("is the statistic to a power, as float32", () => {
    expect(scoreOf(3.1, 1)).toBe(Math.fround(3.1));
    expect(scoreOf(3, 2)).toBe(9);
    expect(scoreOf(4, 0.5)).toBe(2);
    expect(scoreOf(7, 0)).toBe(1);
    expect(scoreOf(-1e-7, 1)).toBe(0);
    expect(scoreOf(1e30, 8)).toBe(Infinity);
  });
});

describe("scoreWindow", () => {
  const values = Float32Array.of(1, Number.NaN, 3, Number.NaN, Number.NaN);
  const statistics = {
    values,
    blocks: [{ seen: 2, mean: 2 }, none],
    domain: { seen: 30, mean: 4 },
  };
  const blocks = [{ rows: 3 }, { rows: 2 }];

  it("gives never-seen rows the prior of their block", () => {
    const prior = Math.fround((2 * 2 + 16 * 4) / 18);
    expect([...scoreWindow(statistics, blocks, 1)!]).toEqual([1, prior, 3, 4, 4]);
  });

  it("takes the prior to the power as well", () => {
    expect([...scoreWindow(statistics, blocks, 2)!.subarray(2)]).toEqual([9, 16, 16]);
  });

  it("scores all alike when nothing of the domain is seen", () => {
    const unseen = { values: new Float32Array(5).fill(Number.NaN), blocks: [none, none], domain: none };
    expect(scoreWindow(unseen, blocks, 1)).toBeNull();
  });
});
