import { describe, expect, it } from "vitest";

import { planOf } from "../../../src/tensor/plan.ts";
import { Program } from "../../../src/tensor/program.ts";
import { schedule } from "../../../src/tensor/tfjs/schedule.ts";

describe("schedule", () => {
  it("releases each value after its last reader, and an output that nothing reads at once", () => {
    const program = new Program();
    const x = program.input("x", [2]);
    const squares = program.mul(x, x);
    const stopped = program.stop(squares);
    const total = program.sum(stopped);
    const shifted = program.add(x, total);
    const outputs = { squares, total, again: stopped, shifted };
    const steps = schedule(planOf(program, Object.values(outputs)), outputs);
    expect(
      steps.map(({ value, inputs, outputs: names, releases }) => [
        value.op,
        inputs.map(({ op }) => op),
        names,
        releases.map(({ op }) => op),
      ]),
    ).toEqual([
      ["input", [], [], []],
      ["mul", ["input", "input"], ["squares", "again"], []],
      ["sum", ["mul"], ["total"], ["mul"]],
      ["add", ["input", "sum"], ["shifted"], ["input", "sum", "add"]],
    ]);
  });
});
