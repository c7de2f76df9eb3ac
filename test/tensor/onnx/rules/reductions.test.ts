import { describe, expect, it } from "vitest";

import { emitOnnx } from "../../../../src/tensor/onnx/emit.ts";
import { reductions } from "../../../../src/tensor/onnx/rules/reductions.ts";
import { Program } from "../../../../src/tensor/program.ts";
import { engineError } from "../../../support/tensor-checks.ts";

describe("reductions on ONNX Runtime", () => {
  it.each(Object.keys(reductions))("%s and its gradients agree with the float64 interpreter", async (op) => {
    expect(await engineError(op)).toBeLessThan(3e-6);
  });

  it.each([
    ["cpu", [0], "MatMul"],
    ["cpu", [1], "ReduceSum"],
    ["cpu", [0, 1], "ReduceSum"],
    ["webgpu", [0], "ReduceSum"],
  ] as const)("on %s a sum over axes %j of a matrix is a %s", (backend, axes, type) => {
    const program = new Program();
    const x = program.input("x", [3, 2]);
    for (const keep of [false, true]) {
      const { nodes } = emitOnnx(program, { y: program.sum(x, axes, keep) }, backend);
      expect(nodes.map((node) => node.type)).toEqual([type]);
    }
  });
});
