import { describe, expect, it } from "vitest";

import { Program } from "../../src/tensor/program.ts";

describe("the tape", () => {
  it("holds inputs before what uses them", () => {
    const program = new Program();
    const x = program.input("x", [2]);
    program.mul(program.add(x, 1), x);
    for (const value of program.nodes) {
      expect(program.nodes[value.id]).toBe(value);
      expect(value.inputs.every((input) => input.id < value.id)).toBe(true);
    }
  });

  it("makes a number and a keyed constant once", () => {
    const program = new Program();
    expect(program.operand(0.5)).toBe(program.operand(0.5));
    const mask = program.constant("mask", [2], () => Float32Array.of(0, 1));
    expect(program.constant("mask", [2], () => Float32Array.of(7, 7))).toBe(mask);
  });

  it("refuses inputs of one name or no size, and constants of the wrong length", () => {
    const program = new Program();
    program.input("x", [2]);
    expect(() => program.input("x", [3])).toThrow(`input's name must be new to the program, got "x"`);
    expect(() => program.input("y", [0])).toThrow("input's shape must be positive integers, got [0]");
    expect(() => program.constant("c", [3], () => new Float32Array(2))).toThrow(
      "constant's length must be 3 for [3], got 2",
    );
  });

  it("refuses values of another program", () => {
    const other = new Program().input("x", [2]);
    expect(() => new Program().neg(other)).toThrow(
      "neg's operands must be values of the same program, got input [2] (neg)",
    );
  });

  it("knows which composite keeps a value", () => {
    const program = new Program();
    const x = program.input("x", [2]);
    const square = program.mul(x, x);
    const y = program.composite([x], {
      name: "fourth",
      parameters: {},
      expansion: program.mul(square, square),
      kept: { square },
      pullback: () => [null],
    });
    expect(program.keeperOf(square)).toBe(y);
    expect(program.keeperOf(x)).toBeUndefined();
  });
});
