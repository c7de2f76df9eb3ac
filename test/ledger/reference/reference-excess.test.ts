import { assert, float, property } from "fast-check";
import { describe, expect, it } from "vitest";

import { excessOf, excessesOf } from "../../../src/ledger/reference/reference-excess.ts";

const loss = float({ min: 0, max: 100, noNaN: true });

describe("excess over a reference", () => {
  it.each([
    [3, 1, 2],
    [1, 3, 0],
    [2, 2, 0],
    [4, -1, 5],
    [Number.NaN, 1, Number.NaN],
    [1, Number.NaN, Number.NaN],
    [1, Infinity, 0],
  ])("of %d over %d is %d", (own, reference, excess) => {
    expect(excessOf(own, reference)).toBe(excess);
  });

  it("is the difference as a float32, never below 0, and of one side only", () => {
    assert(
      property(loss, loss, (a, b) => {
        expect(excessOf(a, b)).toBe(a > b ? Math.fround(a - b) : 0);
        expect(Math.min(excessOf(a, b), excessOf(b, a))).toBe(0);
      }),
    );
  });

  it("of a block is that of each of its rows", () => {
    const losses = Float32Array.of(3, 1, Number.NaN, 2.5);
    const excesses = excessesOf(losses, Float32Array.of(1, 3, 1, Number.NaN));
    expect(excesses).toEqual(Float32Array.of(2, 0, Number.NaN, Number.NaN));
    expect(losses[0]).toBe(3);
  });
});
