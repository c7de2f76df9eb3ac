import { describe, expect, it } from "vitest";

import { gradients } from "../../../src/tensor/gradient.ts";
import { Program } from "../../../src/tensor/program.ts";
import { reductions } from "../../../src/tensor/vjps/reductions.ts";
import { interpret } from "../../support/float64-interpreter.ts";
import { gradientError } from "../../support/tensor-checks.ts";

describe("reduction gradients", () => {
  it.each(Object.keys(reductions))("%s agrees with finite differences", (op) => {
    expect(gradientError(op)).toBeLessThan(1e-7);
  });

  it.each(["rmin", "rmax"] as const)("%s shares the gradient among ties", (op) => {
    const program = new Program();
    const x = program.input("x", [4]);
    const [dx] = gradients(program, [[program[op](x), program.filled([], 6)]], [x]);
    const data = op === "rmin" ? [1, 5, 1, 9] : [9, 5, 9, 1];
    expect([...interpret(program, { dx: dx! }, { x: data })["dx"]!]).toEqual([3, 0, 3, 0]);
  });
});
