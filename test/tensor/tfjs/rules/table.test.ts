import { describe, expect, it } from "vitest";

import { loadTfjs } from "../../../../src/tensor/tfjs/load.ts";
import { lower } from "../../../../src/tensor/tfjs/lower.ts";
import { ruleOf, rules } from "../../../../src/tensor/tfjs/rules/table.ts";
import { Program } from "../../../../src/tensor/program.ts";
import { vjps } from "../../../../src/tensor/vjps/table.ts";
import { isOp } from "../../../../src/tensor/value.ts";
import { size } from "../../../support/float64-interpreter.ts";
import { casesOf } from "../../../support/tensor-cases.ts";

describe("the table of interpretation rules", () => {
  it("has every operation that is computed", () => {
    const given = ["input", "constant", "stop", "composite"];
    expect([...Object.keys(rules), ...given].toSorted()).toEqual(Object.keys(vjps).toSorted());
  });

  it("has none for what is given", () => {
    const program = new Program();
    expect([program.input("x", [1]), program.operand(1)].map(ruleOf)).toEqual([undefined, undefined]);
  });

  it.each(Object.keys(rules))("%s runs no kernel that it does not name", (op) => {
    const tfjs = loadTfjs("cpu");
    tfjs.enableProdMode();
    const used = new Set<string>();
    for (const { program: whole, outputs, feeds } of casesOf(op, 21)) {
      const { program } = lower(whole, outputs);
      const tensors = program.nodes.map(({ shape, dtype }) => {
        return tfjs.tensor(
          dtype === "int32" ? new Int32Array(size(shape)) : new Float32Array(size(shape)),
          shape,
          dtype,
        );
      });
      for (const value of program.nodes.filter((node) => node.op === op && !isOp(node, "input")))
        ruleOf(value)!.compute(
          {
            run: (name, inputs, attributes = {}) => {
              used.add(name);
              return tfjs.engine().runKernel(name, inputs, attributes);
            },
            integers: (values, shape = [values.length]) =>
              tfjs.tensor(Int32Array.from(values), shape, "int32"),
            ones: (shape) => tfjs.tensor(new Float32Array(size(shape)).fill(1), shape, "float32"),
          },
          value,
          value.inputs.map(({ id }) => tensors[id]!),
        );
      expect(Object.keys(feeds).length).toBeGreaterThan(0);
    }
    const { kernels } = Object.entries(rules).find(([name]) => name === op)![1];
    expect(kernels).toEqual(expect.arrayContaining([...used]));
    expect(used.size).toBeGreaterThan(0);
  });
});
