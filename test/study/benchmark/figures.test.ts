import { describe, expect, it } from "vitest";

import { SamplerError } from "../../../src/errors.ts";
import { figuresOf, spreadOf } from "../../../src/study/benchmark/figures.ts";
import type { Case } from "../../../src/study/benchmark/timing.ts";

const floor: Case = { name: "read", unit: "rows", work: 1, run: () => undefined };
const stage: Case = { ...floor, name: "batch", floor: "read", bytesReadPerByteUsed: () => 1.5 };

describe("spreadOf", () => {
  it("takes the middle value, or the mean of the middle two", () => {
    expect(spreadOf([9, 1, 4])).toEqual({ median: 4, lowest: 1, highest: 9 });
    expect(spreadOf([9, 1, 4, 5])).toEqual({ median: 4.5, lowest: 1, highest: 9 });
    expect(spreadOf([2])).toEqual({ median: 2, lowest: 2, highest: 2 });
  });
});

describe("figuresOf", () => {
  it("puts a figure beside its floor, with the ratio taken round by round", () => {
    const { figures, floors } = figuresOf(
      [floor, stage],
      [
        [10, 40, 20],
        [5, 10, 20],
      ],
      1000,
      8,
    );
    expect(floors).toEqual([
      {
        name: "read",
        instances: 1000,
        unit: "rows",
        perSecond: { median: 20, lowest: 10, highest: 40 },
        rounds: 3,
      },
    ]);
    expect(figures).toEqual([
      {
        name: "batch",
        instances: 1000,
        unit: "rows",
        perSecond: { median: 10, lowest: 5, highest: 20 },
        rounds: 3,
        tokensPerSecond: 80,
        bytesReadPerByteUsed: 1.5,
        floor: { name: "read", perSecond: 20 },
        ratio: { median: 0.5, lowest: 0.25, highest: 1 },
      },
    ]);
  });

  it("says nothing of tokens where none move", () => {
    const { figures } = figuresOf([floor, { ...floor, name: "order", floor: "read" }], [[1], [1]], 1000, 8);
    expect(Object.keys(figures[0]!)).toEqual([
      "name",
      "instances",
      "unit",
      "perSecond",
      "rounds",
      "floor",
      "ratio",
    ]);
  });

  it("refuses a floor that was not timed beside it", () => {
    const alone = (): unknown => figuresOf([stage], [[1]], 1000, 8);
    expect(alone).toThrow(SamplerError);
    expect(alone).toThrow('floor of batch must be one of the cases timed with it, got "read"');
  });
});
