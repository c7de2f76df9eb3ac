import { array, assert, float, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";

import { Page } from "../../../src/ledger/pages/page.ts";
import { ExactSum, SeenSums, termOf, weightOf } from "../../../src/ledger/pages/seen-sums.ts";

describe("a term", () => {
  it("of two float32 is their product to the nearest multiple of 2⁻²⁰, half up, cut at ±2³²", () => {
    const factor = float({ noNaN: true, noDefaultInfinity: true });
    assert(
      property(factor, factor, (a, b) => {
        const cut = Math.max(-(2 ** 32), Math.min(2 ** 32, a * b));
        expect(termOf(a * b) + 0).toBe(Math.round(cut * 2 ** 20) / 2 ** 20 + 0);
      }),
    );
    const units = [0.5, -0.5, 1.5, 0.25, 2 ** 51 + 0.5, 2 ** 60, -(2 ** 60)];
    expect(units.map((value) => termOf(value / 2 ** 20) * 2 ** 20)).toEqual([
      1,
      0,
      2,
      0,
      2 ** 51 + 1,
      2 ** 52,
      -(2 ** 52),
    ]);
  });

  it("has a weight of a unit at least", () => {
    expect([0, 1e-9, 2 ** -20, 3].map(weightOf)).toEqual([2 ** -20, 2 ** -20, 2 ** -20, 3]);
  });
});

describe("an exact sum", () => {
  it("equals the sum of big integers, whatever the order", () => {
    const term = integer({ min: -(2 ** 53), max: 2 ** 53 });
    assert(
      property(array(term, { maxLength: 60 }), (terms) => {
        const exact = terms.reduce((sum, value) => sum + BigInt(value), 0n);
        const forth = new ExactSum();
        const back = new ExactSum();
        for (const value of terms) forth.add(value);
        for (const value of terms.toReversed()) back.add(value);
        expect([String(forth), String(back), forth.toNumber()]).toEqual([
          String(exact),
          String(exact),
          Number(exact),
        ]);
        expect(String(new ExactSum(String(forth)))).toBe(String(exact));
      }),
    );
  });
});

describe("sums over seen rows", () => {
  it("give the mean weighted with base/probability", () => {
    const page = new Page(3);
    page.visit(0, 1, 2, 0.5, 0.3);
    page.visit(2, 1, 4, 1.5, 0.3);
    page.visit(2, 2, 6, 1.5, 0.5);
    const sums = new SeenSums();
    for (let row = 0; row < 3; row++) sums.include(page, row, 1);
    expect(sums.meanOf("lastLoss")).toEqual({ seen: 2, mean: (0.5 * 2 + 1.5 * 6) / 2 });
    expect(sums.meanOf("emaLoss")).toEqual({ seen: 2, mean: (0.5 * 2 + 1.5 * 5) / 2 });
    expect(new SeenSums(sums.save()).save()).toEqual(sums.save());
    sums.include(page, 0, -1);
    sums.include(page, 2, -1);
    expect(sums.save()).toEqual({ seen: 0, weight: "0", lastLoss: "0", emaLoss: "0" });
    expect(sums.meanOf("lastLoss")).toEqual({ seen: 0, mean: Number.NaN });
  });

  it("take rows and changes of their terms together, too", () => {
    const page = new Page(1);
    page.visit(0, 1, 2.5, 3, 0.3);
    const sums = new SeenSums();
    sums.add(1, 3, 7.5, 7.5);
    expect(sums.meanOf("emaLoss")).toEqual({ seen: 1, mean: 2.5 });
    sums.include(page, 0, -1);
    expect(sums.save()).toEqual(new SeenSums().save());
    sums.add(0, 2 ** 33, -(2 ** 33), 2 ** -20);
    expect(sums.save()).toMatchObject({
      weight: String(2 ** 53),
      lastLoss: String(-(2 ** 53)),
      emaLoss: "1",
    });
  });

  it("keep a mean of rows whose weight is below the unit", () => {
    const page = new Page(1);
    page.visit(0, 1, 3, 1e-9, 0.3);
    const sums = new SeenSums();
    sums.include(page, 0, 1);
    expect(sums.meanOf("lastLoss")).toEqual({ seen: 1, mean: 3 });
  });
});
