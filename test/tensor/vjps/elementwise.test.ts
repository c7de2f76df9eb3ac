import { describe, expect, it } from "vitest";

import { gradients } from "../../../src/tensor/gradient.ts";
import { Program } from "../../../src/tensor/program.ts";
import { elementwise } from "../../../src/tensor/vjps/elementwise.ts";
import { interpret } from "../../support/float64-interpreter.ts";
import { gradientError } from "../../support/tensor-checks.ts";

describe("elementwise gradients", () => {
  it.each(Object.keys(elementwise).filter((op) => op !== "stop"))(
    "%s agrees with finite differences",
    (op) => {
      expect(gradientError(op)).toBeLessThan(1e-7);
    },
  );

  it("stop lets no gradient through, and the other path all of its own", () => {
    const program = new Program();
    const x = program.input("x", [2]);
    const y = program.mul(program.stop(program.mul(x, 3)), x);
    const [dx] = gradients(program, [[y, program.filled([2], 1)]], [x]);
    expect([...interpret(program, { dx: dx! }, { x: [5, 7] })["dx"]!]).toEqual([15, 21]);
  });

  it.each(["min", "max"] as const)("%s halves the gradient of a tie", (op) => {
    const program = new Program();
    const [a, b] = [program.input("a", [3]), program.input("b", [3])];
    const y = program[op](a, b);
    const [da, db] = gradients(program, [[y, program.filled([3], 8)]], [a, b]);
    const { da: left, db: right } = interpret(program, { da: da!, db: db! }, { a: [1, 2, 3], b: [1, 1, 9] });
    expect([...left!].map((x, i) => x + right![i]!)).toEqual([8, 8, 8]);
    expect(left![0]).toBe(4);
  });
});
