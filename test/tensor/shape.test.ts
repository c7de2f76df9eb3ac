import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { EngineError } from "../../src/errors.ts";
import {
  axisOf,
  broadcastShape,
  inversePermutation,
  matmulShape,
  misfit,
  reducedShape,
  requireDType,
  requireShape,
  sameShape,
  showShape,
  sizeOf,
} from "../../src/tensor/shape.ts";
import { Program } from "../../src/tensor/program.ts";

describe("shapes", () => {
  it("have a size, a text and an equality", () => {
    expect([sizeOf([]), sizeOf([3]), sizeOf([2, 3, 4])]).toEqual([1, 3, 24]);
    expect([showShape([]), showShape([2, 3])]).toEqual(["[]", "[2, 3]"]);
    expect([sameShape([2], [2]), sameShape([2], [2, 1]), sameShape([2], [3])]).toEqual([true, false, false]);
  });

  it("broadcast from the last axis, as in NumPy", () => {
    expect(broadcastShape("add", [2, 1, 4], [3, 1])).toEqual([2, 3, 4]);
    expect(broadcastShape("add", [], [5])).toEqual([5]);
    expect(() => broadcastShape("add", [2, 3], [3, 2])).toThrow(
      "add's shapes must be equal or 1 on every axis, got [2, 3] and [3, 2] (add)",
    );
  });

  it("lose reduced axes, or keep them as 1", () => {
    expect(reducedShape([2, 3, 4], [0, 2], false)).toEqual([3]);
    expect(reducedShape([2, 3, 4], [0, 2], true)).toEqual([1, 3, 1]);
  });

  it("count axes from either end", () => {
    expect([axisOf("sum", [2, 3], -1), axisOf("sum", [2, 3], 0)]).toEqual([1, 0]);
    for (const axis of [2, -3, 0.5, Number.NaN])
      expect(() => axisOf("sum", [2, 3], axis)).toThrow(`sum's axis must be an axis of [2, 3], got ${axis}`);
  });

  it("multiply, however the operands are stored", () => {
    expect(matmulShape([2, 3], [3, 5], {})).toEqual([2, 5]);
    expect(matmulShape([3, 2], [5, 3], { transposeA: true, transposeB: true })).toEqual([2, 5]);
    expect(matmulShape([4, 6, 7, 3], [6, 8, 3], { transposeB: true })).toEqual([4, 6, 7, 8]);
    expect(() => matmulShape([2, 3], [4, 5], {})).toThrow(
      "matmul's inner lengths must be equal, got [2, 3] and [4, 5] with {}",
    );
    expect(() => matmulShape([3], [3, 5], {})).toThrow(
      "matmul's operands must be of rank 2 or more, got [3]",
    );
    expect(() => matmulShape([2, 1, 1], [3, 1, 1], {})).toThrow("matmul's shapes must be equal or 1");
  });

  it("are refused when they are not positive integers", () => {
    for (const shape of [[0], [2, -1], [1.5], [Number.NaN]])
      expect(() => requireShape("input", shape)).toThrow("input's shape must be positive integers");
  });

  it("come with an element type", () => {
    const index = new Program().input("i", [3], "int32");
    expect(() => requireDType("exp", index, "float32")).toThrow(
      "exp's operand must be float32, got int32 [3] of input",
    );
  });

  it("throw EngineErrors that name the operation", () => {
    const error = misfit("pad", "widths", "integers from 0", "-1 and 2");
    expect(error).toBeInstanceOf(EngineError);
    expect(error.facts.operation).toBe("pad");
  });
});

describe("permutations", () => {
  it("undo each other", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (permutation) => {
        const inverse = inversePermutation(permutation);
        expect(permutation.map((axis) => inverse[axis])).toEqual([0, 1, 2, 3, 4]);
      }),
    );
  });
});
