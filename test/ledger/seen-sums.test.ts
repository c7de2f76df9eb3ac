import { array, assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";

import { Page } from "../../src/ledger/page.ts";
import { ExactSum, SeenSums } from "../../src/ledger/seen-sums.ts";

describe("an exact sum", () => {
  it("equals the sum of big integers, whatever the order", () => {
    const term = integer({ min: -(2 ** 52), max: 2 ** 52 });
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

  it("keep a mean of rows whose weight is below the unit", () => {
    const page = new Page(1);
    page.visit(0, 1, 3, 1e-9, 0.3);
    const sums = new SeenSums();
    sums.include(page, 0, 1);
    expect(sums.meanOf("lastLoss")).toEqual({ seen: 1, mean: 3 });
  });
});
