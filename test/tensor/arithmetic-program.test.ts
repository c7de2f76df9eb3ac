import { describe, expect, it } from "vitest";

import { Program } from "../../src/tensor/program.ts";
import { interpret } from "../support/float64-interpreter.ts";

const program = new Program();
const x = program.input("x", [2, 3]);
const index = program.input("index", [2, 3], "int32");
const feeds = { x: [1, -2, 3, -4, 5, 6], index: [0, 0, 0, 0, 0, 0] };
const valueOf = (y: Parameters<typeof program.stop>[0]): number[] => [
  ...interpret(program, { y }, feeds)["y"]!,
];

describe("arithmetic", () => {
  it("takes numbers on either side", () => {
    expect(valueOf(program.sub(1, x))).toEqual([0, 3, -2, 5, -4, -5]);
    expect(valueOf(program.div(x, 2))).toEqual([0.5, -1, 1.5, -2, 2.5, 3]);
    expect(program.add(1, 2).shape).toEqual([]);
  });

  it("reduces all axes when none are given, some in any order, and none for []", () => {
    expect(valueOf(program.sum(x))).toEqual([9]);
    expect(valueOf(program.rmax(x, [-1]))).toEqual([3, 6]);
    expect(valueOf(program.rmin(x, [0]))).toEqual([-4, -2, 3]);
    expect(program.mean(x, [1, 0], true).shape).toEqual([1, 1]);
    expect(valueOf(program.sumsq(x, []))).toEqual([1, 4, 9, 16, 25, 36]);
  });

  it("selects without branches: abs, sign, min and max", () => {
    expect(valueOf(program.abs(x))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(valueOf(program.sign(x))).toEqual([1, -1, 1, -1, 1, 1]);
    expect(valueOf(program.min(program.max(x, 0), 4))).toEqual([1, 0, 3, 0, 4, 4]);
  });

  it("refuses indices as numbers, and axes that are not there", () => {
    expect(() => program.add(x, index)).toThrow("add's operand must be float32, got int32 [2, 3] of input");
    expect(() => program.exp(index)).toThrow("exp's operand must be float32");
    expect(() => program.sum(index)).toThrow("sum's operand must be float32");
    expect(() => program.mean(x, [2])).toThrow("mean's axis must be an axis of [2, 3], got 2 (mean)");
  });
});
