import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { keyOf, keyedPermutation } from "../../../src/random.ts";
import { gatherSum, memoryFloors, orderedSum } from "../../../src/study/benchmark/memory-floors.ts";

const sizes = fc.integer({ min: 1, max: 300 });

describe("gatherSum", () => {
  it("visits every value once, whatever the shift", () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (n, large) => {
        const permutation = keyedPermutation(keyOf(1, "", "test"), n);
        const one = Math.trunc(large / 2) % n;
        const values = new Float32Array(n);
        values[one] = 1;
        expect(gatherSum(values, permutation, large % n)).toBe(1);
        expect(gatherSum(values.fill(1), permutation, large % n)).toBe(n);
      }),
    );
  });
});

describe("orderedSum", () => {
  it("is the sum, at any length", () => {
    fc.assert(
      fc.property(sizes, (n) => {
        expect(orderedSum(Float32Array.from({ length: n }, (_, at) => at + 1))).toBe((n * (n + 1)) / 2);
      }),
    );
  });
});

describe("memoryFloors", () => {
  it("sums the same values in order and at random, run after run", () => {
    const values = Float32Array.from({ length: 1000 }, (_, at) => at);
    const [ordered, random] = memoryFloors(values);
    expect([ordered!.name, random!.name]).toEqual(["sum in order", "random gather"]);
    const results = [ordered!.run(), random!.run(), random!.run()];
    expect(results).toEqual([499_500, 499_500, 499_500]);
  });
});
