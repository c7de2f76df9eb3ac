import { describe, expect, it } from "vitest";

import { encodeModel, type OnnxModel } from "../../../src/tensor/onnx/model.ts";
import { loadOnnxRuntime } from "../../../src/tensor/onnx/runtime.ts";
import { readProtobuf } from "../../support/read-protobuf.ts";

/** y = x reversed along its first axis by slicing with negative steps, plus c. */
const model: OnnxModel = {
  nodes: [
    {
      type: "Slice",
      domain: "",
      inputs: ["x", "start", "end", "axis", "step"],
      outputs: ["r"],
      attributes: {},
    },
    {
      type: "FusedMatMul",
      domain: "com.microsoft",
      inputs: ["r", "identity"],
      outputs: ["y"],
      attributes: { alpha: { float: 0.5 }, transB: { int: 1 } },
    },
    { type: "Transpose", domain: "", inputs: ["y"], outputs: ["z"], attributes: { perm: { ints: [1, 0] } } },
    {
      type: "Gelu",
      domain: "",
      inputs: ["z"],
      outputs: ["g"],
      attributes: { approximate: { text: "tanh" } },
    },
  ],
  initializers: [
    { name: "start", type: "int64", shape: [1], data: BigInt64Array.of(-1n) },
    { name: "end", type: "int64", shape: [1], data: BigInt64Array.of(-(2n ** 62n)) },
    { name: "axis", type: "int64", shape: [1], data: BigInt64Array.of(0n) },
    { name: "step", type: "int64", shape: [1], data: BigInt64Array.of(-1n) },
    { name: "identity", type: "float32", shape: [2, 2], data: Float32Array.of(1, 0, 0, 1) },
  ],
  inputs: [{ name: "x", type: "float32", shape: [3, 2] }],
  outputs: [
    { name: "z", type: "float32", shape: [2, 3] },
    { name: "g", type: "float32", shape: [2, 3] },
  ],
};

describe("encodeModel", () => {
  it("makes what ONNX Runtime loads and runs: every kind of attribute and tensor", async () => {
    const { InferenceSession, Tensor } = await loadOnnxRuntime();
    const session = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 3 });
    const x = new Tensor("float32", Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
    const { z } = await session.run({ x }, { z: null, g: null });
    expect([...z!.data]).toEqual([2.5, 1.5, 0.5, 3, 2, 1]);
    await session.release();
  });

  it("says its versions: IR 10, opset 20, and the runtime's own operators", () => {
    const fields = readProtobuf(encodeModel(model));
    expect(fields.find(({ field }) => field === 1)?.integer).toBe(10n);
    const opsets = fields.filter(({ field }) => field === 8).map(({ bytes }) => readProtobuf(bytes!));
    expect(opsets.map((opset) => [Buffer.from(opset[0]!.bytes!).toString(), opset[1]!.integer])).toEqual([
      ["", 20n],
      ["com.microsoft", 1n],
    ]);
  });
});
