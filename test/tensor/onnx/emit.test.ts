import { describe, expect, it } from "vitest";

import { EngineError } from "../../../src/errors.ts";
import { emitOnnx } from "../../../src/tensor/onnx/emit.ts";
import { encodeModel } from "../../../src/tensor/onnx/model.ts";
import { Program } from "../../../src/tensor/program.ts";
import { firstBenchSizes, miniGpt } from "../../support/mini-gpt.ts";

/** Has a kernel on the webgpu provider (ENGINE findings: no CPU fall-back in a whole training graph). */
const onWebgpu =
  /^(Add|Sub|Mul|Div|Min|Max|Neg|Exp|Log|Sqrt|Tanh|Sigmoid|Softmax|Reduce\w+|Reshape|Expand|Transpose|MatMul|Gemm|Gather|GatherElements|ScatterElements|LayerNormalization|Gelu)$/;

describe("emitOnnx", () => {
  it("never adds by ScatterND, whose CPU kernel loses additions when threads race", () => {
    const { program, outputs } = miniGpt(firstBenchSizes);
    for (const backend of ["cpu", "webgpu"] as const) {
      const types = emitOnnx(program, outputs, backend).nodes.map(({ type }) => type);
      expect(types.filter((type) => type === "ScatterElements")).toHaveLength(2);
      expect(types).not.toContain("ScatterND");
    }
  });

  it("emits a training step of a GPT in no more nodes than the prototype's 508, transposing aside", () => {
    const { program, outputs } = miniGpt(firstBenchSizes);
    const { nodes } = emitOnnx(program, outputs, "cpu");
    expect(nodes.filter(({ type }) => type !== "Transpose").length).toBeLessThanOrEqual(508);
  });

  it("turns one operand of AᵀB before the product, the smaller to move, and each once", () => {
    const program = new Program();
    const [x, wide] = [program.input("x", [64, 4]), program.input("wide", [64, 16])];
    const sum = program.input("sum", [16, 4]);
    const turned = { transposeA: true };
    const outputs = {
      left: program.matmul(x, wide, turned),
      leftAgain: program.matmul(x, program.exp(wide), turned),
      right: program.matmul(wide, x, turned),
      added: program.matmul(wide, x, { ...turned, alpha: 0.5 }, sum),
      one: program.matmul(program.input("column", [64, 1]), wide, turned),
    };
    const { nodes } = emitOnnx(program, outputs, "cpu");
    expect(
      nodes.map(({ type, inputs, outputs }) => `${type} ${[...inputs].join(" ")} > ${outputs[0]}`),
    ).toEqual([
      "Transpose x > x/transposed",
      "MatMul x/transposed wide > left",
      "Exp wide > #4",
      "MatMul x/transposed #4 > leftAgain",
      "MatMul x/transposed wide > right/turned",
      "Transpose right/turned > right",
      "Transpose wide > wide/transposed",
      "Gemm wide/transposed x sum > added",
      "Transpose column > column/transposed",
      "MatMul column/transposed wide > one",
    ]);
    const webgpu = emitOnnx(program, outputs, "webgpu").nodes;
    expect(webgpu.filter(({ type }) => type === "Gemm")).toHaveLength(5);
  });

  it("emits for webgpu only operators that run there", () => {
    const { program, outputs } = miniGpt(firstBenchSizes);
    const { nodes } = emitOnnx(program, outputs, "webgpu");
    expect(nodes.filter(({ type, domain }) => domain !== "" || !onWebgpu.test(type))).toEqual([]);
  });

  it("emits the same bytes for the same program", () => {
    const [first, second] = [miniGpt(firstBenchSizes), miniGpt(firstBenchSizes)].map(({ program, outputs }) =>
      encodeModel(emitOnnx(program, outputs, "cpu")),
    );
    expect(Buffer.compare(first!, second!)).toBe(0);
    expect(first!.length).toBeLessThan(300_000);
  });

  it("keeps names, and only the inputs that are needed", () => {
    const program = new Program();
    const [a] = [program.input("a", [2]), program.input("b", [3])];
    const index = program.input("index", [4], "int32");
    const model = emitOnnx(program, { twice: program.add(a, a), index2: program.stop(index) }, "cpu");
    expect(model.inputs.map(({ name }) => name)).toEqual(["a", "index"]);
    expect(model.outputs).toEqual([
      { name: "twice", type: "float32", shape: [2] },
      { name: "index2", type: "int32", shape: [4] },
    ]);
  });

  it("copies an output that is an input, a constant, or another output", () => {
    const program = new Program();
    const a = program.input("a", [2]);
    const y = program.exp(a);
    const model = emitOnnx(
      program,
      { same: a, half: program.operand(0.5), y, again: program.stop(y) },
      "cpu",
    );
    expect(model.nodes.map(({ type, inputs, outputs }) => [type, ...inputs, ...outputs])).toEqual([
      ["Exp", "a", "y"],
      ["Identity", "a", "same"],
      ["Identity", expect.stringMatching(/^#\d+$/), "half"],
      ["Identity", "y", "again"],
    ]);
  });

  it("refuses an output with an input's name", () => {
    const program = new Program();
    const a = program.input("a", [2]);
    const emit = (): unknown => emitOnnx(program, { a: program.exp(a) }, "cpu");
    expect(emit).toThrow(EngineError);
    expect(emit).toThrow(`an output's name must be different from every input's, got "a"`);
  });
});
