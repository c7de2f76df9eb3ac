import { describe, expect, it } from "vitest";

import { layerNorm } from "../../../../src/tensor/composites/layer-norm.ts";
import { gradients } from "../../../../src/tensor/gradient.ts";
import { emitOnnx } from "../../../../src/tensor/onnx/emit.ts";
import { kernels } from "../../../../src/tensor/onnx/rules/kernels.ts";
import { Program } from "../../../../src/tensor/program.ts";
import { compositeCases } from "../../../support/tensor-cases.ts";

describe("kernels of ONNX Runtime", () => {
  it("are of composites that exist", () => {
    expect(Object.keys(compositeCases)).toEqual(expect.arrayContaining(Object.keys(kernels)));
  });

  it("layerNorm is one operator forward, and gives its gradient what it reads", () => {
    const program = new Program();
    const [x, gain, bias] = [
      program.input("x", [5, 4]),
      program.input("gain", [4]),
      program.input("bias", [4]),
    ];
    const y = layerNorm(program, x, gain, bias);
    const typesOf = (outputs: Parameters<typeof emitOnnx>[1]): string[] =>
      emitOnnx(program, outputs, "cpu").nodes.map((node) => node.type);
    expect(typesOf({ y })).toEqual(["LayerNormalization"]);
    const [dx] = gradients(program, [[y, program.filled([5, 4], 1)]], [x]);
    expect(typesOf({ y, dx: dx! }).filter((type) => type === "LayerNormalization")).toHaveLength(1);
    expect(typesOf({ dx: dx! })).toContain("LayerNormalization");
  });
});
