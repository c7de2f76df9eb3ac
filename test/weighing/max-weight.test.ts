import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { withMaxWeight } from "../../src/weighing/max-weight.ts";

const weights = fc
  .array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(1, 1e-9, 40)), {
    minLength: 1,
    maxLength: 40,
  })
  .filter((items) => items.some((item) => item > 1e-12))
  .map((items) => {
    const total = items.reduce((a, b) => a + b, 0);
    return Float64Array.from(items, (item) => item / total);
  });

describe("withMaxWeight", () => {
  it("keeps the sum and the order, and no weight exceeds the cap", () => {
    fc.assert(
      fc.property(weights, fc.double({ min: 1, max: 8, noNaN: true }), (items, multiple) => {
        const cap = multiple / items.length;
        const capped = withMaxWeight(items, cap);
        expect(capped.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
        expect(Math.max(...capped)).toBeLessThanOrEqual(cap >= 1 ? 1 : cap);
        expect(Math.min(...capped)).toBeGreaterThanOrEqual(0);
        const order = [...items.keys()].toSorted((a, b) => items[a]! - items[b]!);
        for (let i = 1; i < order.length; i++)
          expect(capped[order[i]!]! - capped[order[i - 1]!]!).toBeGreaterThanOrEqual(-1e-15);
      }),
      { numRuns: 500 },
    );
  });

  it("scales the uncapped ones by one factor", () => {
    fc.assert(
      fc.property(weights, (items) => {
        const cap = 2 / items.length;
        const capped = withMaxWeight(items, cap);
        const factors = [...items.keys()]
          .filter((i) => items[i]! > 1e-6 && capped[i]! < cap * (1 - 1e-9))
          .map((i) => capped[i]! / items[i]!);
        for (const factor of factors) expect(factor / factors[0]!).toBeCloseTo(1, 9);
        expect(factors.every((factor) => factor >= 1 - 1e-12)).toBe(true);
      }),
    );
  });

  it("caps a second one that the first pushes over", () => {
    const capped = withMaxWeight(Float64Array.of(0.6, 0.28, 0.08, 0.04), 0.35);
    expect([...capped].map((weight) => Number(weight.toFixed(12)))).toEqual([0.35, 0.35, 0.2, 0.1]);
  });

  it("spreads over zeros when nothing else is below the cap", () => {
    expect([...withMaxWeight(Float64Array.of(1, 0, 0, 0), 0.4)].map((weight) => weight.toFixed(12))).toEqual([
      "0.400000000000",
      "0.200000000000",
      "0.200000000000",
      "0.200000000000",
    ]);
  });

  it("leaves weights below the cap as they are, and makes all equal at 1/M", () => {
    const items = Float64Array.of(0.5, 0.25, 0.25);
    expect(withMaxWeight(items, 0.5)).toBe(items);
    expect([...withMaxWeight(Float64Array.of(0.7, 0.2, 0.05, 0.05), 0.25)]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });
});
