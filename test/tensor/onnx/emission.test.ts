import { describe, expect, it } from "vitest";

import { Emission } from "../../../src/tensor/onnx/emission.ts";
import { planOf } from "../../../src/tensor/plan.ts";
import { Program } from "../../../src/tensor/program.ts";

const program = new Program();
const x = program.input("x", [2]);
const y = program.neg(program.stop(x));
const z = program.exp(y);
const emission = new Emission(planOf(program, [z]), new Map([[z, "out"]]), "cpu");

describe("Emission", () => {
  it("names values after inputs, outputs or their place, through stops", () => {
    expect([x, program.nodes[1]!, z].map((value) => emission.nameOf(value))).toEqual(["x", "x", "out"]);
    expect(emission.nameOf(y)).toBe("#2");
  });

  it("shares equal constants", () => {
    const names = [emission.integers([1, 2]), emission.integers([1, 2]), emission.integers([12])];
    expect(new Set(names).size).toBe(2);
    expect(emission.filled([2], 1)).toBe(emission.filled([2], 1));
    expect(emission.filled([2], 1)).not.toBe(emission.filled([1, 2], 1));
    expect(emission.initializers).toHaveLength(4);
    expect(emission.initializers[0]).toMatchObject({
      type: "int64",
      shape: [2],
      data: BigInt64Array.of(1n, 2n),
    });
  });

  it("collects nodes, those on the way named after the value they lead to", () => {
    const half = emission.step(z, "half", "Mul", ["x", "c"]);
    emission.give(z, "Exp", [half]);
    expect(emission.nodes).toEqual([
      { type: "Mul", domain: "", inputs: ["x", "c"], outputs: ["out/half"], attributes: {} },
      { type: "Exp", domain: "", inputs: ["out/half"], outputs: ["out"], attributes: {} },
    ]);
  });

  it("knows what is read", () => {
    expect([emission.isRead(y), emission.isRead(program.tanh(x))]).toEqual([true, false]);
  });
});
