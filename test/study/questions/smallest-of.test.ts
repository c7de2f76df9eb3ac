import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { smallestOf } from "../../../src/study/questions/smallest-of.ts";

const all = (): boolean => true;

describe("the smallest of many", () => {
  it("are what sorting all of them begins with", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ value: fc.nat(20), wanted: fc.boolean() }), { maxLength: 200, size: "max" }),
        fc.nat(30),
        (items, most) => {
          const compare = (a: number, b: number): number => items[a]!.value - items[b]!.value || a - b;
          const expected = [...items.keys()]
            .filter((at) => items[at]!.wanted)
            .toSorted(compare)
            .slice(0, most);
          expect(smallestOf(items.length, most, (at) => items[at]!.wanted, compare)).toEqual(expected);
        },
      ),
    );
  });

  it("are found with few comparisons where the first are the smallest", () => {
    let compared = 0;
    const compare = (a: number, b: number): number => {
      compared++;
      return a - b;
    };
    expect(smallestOf(100_000, 3, all, compare)).toEqual([0, 1, 2]);
    expect(compared).toBeLessThan(100_100);
  });

  it("are none where none are asked for, or none are there", () => {
    expect(smallestOf(5, 0, all, (a, b) => a - b)).toEqual([]);
    expect(smallestOf(0, 5, all, (a, b) => a - b)).toEqual([]);
  });
});
