/** @file ONNX operators of the product: Gemm, MatMul, or the runtime's FusedMatMul that reads operands strided. */
import { timeInward } from "../../shape.ts";
import type { Value } from "../../value.ts";
import type { Emission, Rules } from "../emission.ts";
import { MICROSOFT } from "../model.ts";

const flag = (on: boolean): { int: number } => ({ int: on ? 1 : 0 });

/** Rank 2: plain MatMul, or Gemm, whose third operand is the sum to add to. */
const emitGemm = (emission: Emission, value: Value<"matmul">): void => {
  const { transposeA, transposeB, alpha } = value.attributes;
  const operands = value.inputs.map((input) => emission.nameOf(input));
  if (!transposeA && !transposeB && alpha === 1 && operands.length === 2)
    emission.give(value, "MatMul", operands);
  else
    emission.give(value, "Gemm", operands, {
      transA: flag(transposeA),
      transB: flag(transposeB),
      alpha: { float: alpha },
    });
};

const emitFused = (emission: Emission, value: Value<"matmul">): void => {
  const { transposeA, transposeB, timeMajorA, timeMajorB, alpha } = value.attributes;
  const operands = value.inputs.map((input) => emission.nameOf(input));
  const attributes = {
    transA: flag(transposeA),
    transB: flag(transposeB),
    transBatchA: flag(timeMajorA),
    transBatchB: flag(timeMajorB),
    alpha: { float: alpha },
  };
  emission.give(value, "FusedMatMul", operands, attributes, MICROSOFT);
};

/** WebGPU has no FusedMatMul: one Transpose an operand, MatMul, Mul. */
const emitByParts = (emission: Emission, value: Value<"matmul">): void => {
  const { transposeA, transposeB, timeMajorA, timeMajorB, alpha } = value.attributes;
  const read = (operand: Value, name: string, timeMajor: boolean, transposed: boolean): string => {
    if (!timeMajor && !transposed) return emission.nameOf(operand);
    const rank = operand.shape.length;
    const order = timeMajor ? timeInward(rank) : [...operand.shape.keys()];
    const permutation = transposed ? [...order.slice(0, -2), order.at(-1)!, order.at(-2)!] : order;
    return emission.step(value, name, "Transpose", [emission.nameOf(operand)], {
      perm: { ints: permutation },
    });
  };
  const [a, b] = value.inputs;
  const operands = [read(a, "a", timeMajorA, transposeA), read(b, "b", timeMajorB, transposeB)];
  if (alpha === 1) emission.give(value, "MatMul", operands);
  else
    emission.give(value, "Mul", [
      emission.step(value, "product", "MatMul", operands),
      emission.filled([], alpha),
    ]);
};

/** Chosen by rank and backend. */
export const matmul: Rules<"matmul"> = {
  matmul: (emission, value) => {
    const { timeMajorA, timeMajorB } = value.attributes;
    const plain = value.inputs.every((input) => input.shape.length === 2) && !timeMajorA && !timeMajorB;
    if (plain) emitGemm(emission, value);
    else if (emission.backend === "cpu") emitFused(emission, value);
    else emitByParts(emission, value);
  },
};
