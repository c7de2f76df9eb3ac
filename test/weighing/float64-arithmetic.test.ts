import { describe, expect, it } from "vitest";

import { float64Arithmetic as math } from "../../src/weighing/float64-arithmetic.ts";

const batch = Float64Array.of(3, -1, 2);

describe("float64Arithmetic", () => {
  it("is elementwise on batches", () => {
    const other = Float64Array.of(2, 4, -8);
    expect([...math.add(batch, other)]).toEqual([5, 3, -6]);
    expect([...math.sub(batch, other)]).toEqual([1, -5, 10]);
    expect([...math.mul(batch, other)]).toEqual([6, -4, -16]);
    expect([...math.div(batch, other)]).toEqual([1.5, -0.25, -0.25]);
    expect([...math.min(batch, other)]).toEqual([2, -1, -8]);
    expect([...math.max(batch, other)]).toEqual([3, 4, 2]);
    expect([...math.exp(Float64Array.of(0, 1))]).toEqual([1, Math.E]);
  });

  it("broadcasts numbers and scalars on either side", () => {
    expect([...math.sub(1, batch)]).toEqual([-2, 2, -1]);
    expect([...math.sub(batch, Float64Array.of(1))]).toEqual([2, -2, 1]);
    expect([...math.add(1, 2)]).toEqual([3]);
  });

  it("reduces a batch to a scalar", () => {
    expect([...math.batchMin(batch)]).toEqual([-1]);
    expect([...math.batchMax(batch)]).toEqual([3]);
    expect([...math.batchSum(batch)]).toEqual([4]);
  });

  it("leaves its operands alone", () => {
    math.exp(batch);
    math.add(batch, batch);
    expect([...batch]).toEqual([3, -1, 2]);
  });
});
