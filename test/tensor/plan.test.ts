import { describe, expect, it } from "vitest";

import { gelu } from "../../src/tensor/composites/gelu.ts";
import { layerNorm } from "../../src/tensor/composites/layer-norm.ts";
import { planOf } from "../../src/tensor/plan.ts";
import { Program } from "../../src/tensor/program.ts";
import { isOp, type Value } from "../../src/tensor/value.ts";

const opsOf = (steps: readonly Value[]): string[] => steps.map(({ op }) => op);

describe("planOf", () => {
  it("keeps what the outputs need, inputs before what uses them", () => {
    const program = new Program();
    const [a, b] = [program.input("a", [2]), program.input("b", [2])];
    const sum = program.add(a, a);
    program.exp(b);
    expect(planOf(program, [program.mul(sum, sum)]).steps.map(({ op }) => op)).toEqual([
      "input",
      "add",
      "mul",
    ]);
  });

  it("lets a stop stand for its operand", () => {
    const program = new Program();
    const x = program.input("x", [2]);
    const stopped = program.stop(program.stop(x));
    const plan = planOf(program, [program.neg(stopped)]);
    expect(opsOf(plan.steps)).toEqual(["input", "neg"]);
    expect(plan.resolve(stopped)).toBe(x);
  });

  it("expands a composite without a kernel, and computes one that has it", () => {
    const program = new Program();
    const y = gelu(program, gelu(program, program.input("x", [2])));
    const expanded = planOf(program, [y]);
    expect(opsOf(expanded.steps)).not.toContain("composite");
    expect(opsOf(expanded.steps).filter((op) => op === "sigmoid")).toHaveLength(2);
    expect(opsOf(planOf(program, [y], new Set(["gelu"])).steps)).toEqual(["input", "composite", "composite"]);
  });

  it("takes kept values from the kernel, and says which are read", () => {
    const program = new Program();
    const y = layerNorm(program, program.input("x", [3, 2]), program.filled([2], 1), program.filled([2], 0));
    const { normalised, inverseDeviation } = isOp(y, "composite") ? y.attributes.kept : {};
    const plan = planOf(program, [y, program.neg(normalised!)], new Set(["layerNorm"]));
    expect(opsOf(plan.steps).toSorted()).toEqual([
      "composite",
      "constant",
      "constant",
      "expand",
      "expand",
      "input",
      "neg",
    ]);
    expect([y, normalised!, inverseDeviation!].map((value) => plan.isRead(value))).toEqual([
      true,
      true,
      false,
    ]);
    expect(plan.steps.indexOf(y)).toBeLessThan(plan.steps.findIndex(({ op }) => op === "neg"));
  });
});
