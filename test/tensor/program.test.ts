import { describe, expect, it } from "vitest";

import { EngineError } from "../../src/errors.ts";
import { Program } from "../../src/tensor/program.ts";

const program = new Program();
const x = program.input("x", [2, 3]);
const y = program.input("y", [3]);
const cube = program.input("cube", [2, 3, 4]);
const pair = program.input("pair", [2], "int32");
const triple = program.input("triple", [3], "int32");

/** What is refused, and in which words. */
const refusals: [text: string, build: () => unknown][] = [
  ["reshape's shape must be of 6 elements as [2, 3] has, got [4]", () => program.reshape(x, [4])],
  ["reshape's shape must be positive integers, got [-1, 6]", () => program.reshape(x, [-1, 6])],
  ["expand's shape must be one that [2, 3] broadcasts to, got [1, 3]", () => program.expand(x, [1, 3])],
  [
    "expand's shapes must be equal or 1 on every axis, got [2, 3] and [2, 4]",
    () => program.expand(x, [2, 4]),
  ],
  ["transpose's permutation must be of the axes of [2, 3], got [0, 0]", () => program.transpose(x, [0, 0])],
  ["transpose's permutation must be of the axes of [2, 3], got [0]", () => program.transpose(x, [0])],
  ["slice's range must be inside axis 1 of [2, 3], got [1, 4)", () => program.slice(x, -1, 1, 4)],
  ["slice's range must be inside axis 0 of [2, 3], got [1, 1)", () => program.slice(x, 0, 1, 1)],
  ["slice's axis must be an axis of [2, 3], got 2", () => program.slice(x, 2, 0, 1)],
  ["pad's widths must be integers from 0, got -1 and 0", () => program.pad(x, 0, -1, 0)],
  ["pad's operand must be float32, got int32 [2] of input", () => program.pad(pair, 0, 1, 0)],
  ["concat's operands must be one or more, got none", () => program.concat([], 0)],
  ["concat's shapes must be equal but on axis 0, got [2, 3] and [3]", () => program.concat([x, y], 0)],
  ["concat's shapes must be equal but on axis 0, got [3] and [3]", () => program.concat([y, triple], 0)],
  ["matmul's inner lengths must be equal, got [2, 3] and [2, 3] with {}", () => program.matmul(x, x)],
  [
    "matmul's addTo must be of rank 2 and shape [2, 2], got [2, 3]",
    () => program.matmul(x, x, { transposeB: true }, x),
  ],
  ["matmul's operand must be float32, got int32 [2] of input", () => program.matmul(x, pair)],
  ["gatherRows' operand must be int32, got float32 [3] of input", () => program.gatherRows(x, y)],
  ["gatherRows' table must be of rank 2, got [2, 3, 4]", () => program.gatherRows(cube, pair)],
  ["scatterAddRows' rows must be of shape [2, 3], got [3]", () => program.scatterAddRows(x, pair, y)],
  ["scatterAddColumns' rows must be of shape [2, 2], got [3]", () => program.scatterAddColumns(x, pair, y)],
  ["takeLast's shapes must be [N, C] and [N], got [2, 3], [3], [3]", () => program.takeLast(x, triple)],
  ["addLast's shapes must be [N, C] and [N], got [2, 3], [2], [3]", () => program.addLast(x, pair, y)],
];

describe("Program", () => {
  it.each(refusals)("refuses: %s", (text, build) => {
    expect(build).toThrow(EngineError);
    expect(build).toThrow(text);
  });

  it("states shapes and types of what it builds", () => {
    expect(program.transpose(cube, [2, 0, 1]).shape).toEqual([4, 2, 3]);
    expect(program.concat([pair, triple], 0)).toMatchObject({ shape: [5], dtype: "int32" });
    expect(program.slice(cube, -1, 1, 3).shape).toEqual([2, 3, 2]);
    expect(program.pad(cube, 1, 2, 0).shape).toEqual([2, 5, 4]);
    expect(program.gatherRows(x, program.input("grid", [5, 6], "int32")).shape).toEqual([5, 6, 3]);
    expect(program.linear(x, program.input("w", [3, 7]), program.input("b", [7])).shape).toEqual([2, 7]);
    expect(program.filled([], 3)).toBe(program.operand(3));
  });

  it("reads a product's operands as they lie unless told otherwise", () => {
    const { attributes } = program.matmul(x, x, { transposeB: true });
    expect(attributes).toEqual({ transposeA: false, transposeB: true, alpha: 1 });
  });
});
