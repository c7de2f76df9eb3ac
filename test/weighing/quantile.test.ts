import { describe, expect, it } from "vitest";

import { quantileOf } from "../../src/weighing/quantile.ts";

describe("quantileOf", () => {
  const ascending = Float64Array.of(1, 2, 4, 8);

  it("goes through every item, the ends included", () => {
    expect([0, 1 / 3, 2 / 3, 1].map((fraction) => quantileOf(ascending, fraction))).toEqual([1, 2, 4, 8]);
  });

  it("is a straight line between neighbours", () => {
    expect(quantileOf(ascending, 0.5)).toBe(3);
    expect(quantileOf(ascending, 0.05)).toBeCloseTo(1.15, 12);
  });

  it("takes a single item", () => {
    expect(quantileOf(Float64Array.of(7), 0.9)).toBe(7);
  });
});
