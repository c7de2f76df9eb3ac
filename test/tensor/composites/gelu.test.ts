import { describe, expect, it } from "vitest";

import { gelu } from "../../../src/tensor/composites/gelu.ts";
import { Program } from "../../../src/tensor/program.ts";
import { compositeChecks } from "../../support/composite-checks.ts";
import { interpret } from "../../support/float64-interpreter.ts";

describe("gelu", () => {
  it.each(compositeChecks)("%s", async (_name, errorOf, bound) => {
    expect(await errorOf("gelu")).toBeLessThan(bound);
  });

  it("has the values that PyTorch gives for approximate='tanh'", () => {
    const program = new Program();
    const y = gelu(program, program.input("x", [4]));
    const computed = interpret(program, { y }, { x: [-2, -0.5, 1, 3] }, { expand: true })["y"]!;
    const expected = [-0.045402, -0.154286, 0.841192, 2.996363];
    for (const [at, value] of expected.entries()) expect(computed[at]).toBeCloseTo(value, 5);
  });
});
