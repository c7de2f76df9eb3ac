/** @file ONNX operators of the product: Gemm, MatMul, or the runtime's FusedMatMul that reads operands transposed. */
import { sizeOf } from "../../shape.ts";
import type { Value } from "../../value.ts";
import type { Emission, Rules } from "../emission.ts";
import { MICROSOFT } from "../model.ts";

type Product = Value<"matmul">;

const flag = (on: boolean): { int: number } => ({ int: on ? 1 : 0 });

/** Rank 2: plain MatMul, or Gemm, whose third operand is the sum to add to. */
const emitGemm = (
  emission: Emission,
  value: Product,
  operands: readonly string[],
  transposeA: boolean,
): void => {
  const { transposeB, alpha } = value.attributes;
  if (!transposeA && !transposeB && alpha === 1 && operands.length === 2)
    emission.give(value, "MatMul", operands);
  else
    emission.give(value, "Gemm", operands, {
      transA: flag(transposeA),
      transB: flag(transposeB),
      alpha: { float: alpha },
    });
};

/**
 * Rank 2, AᵀB: the runtime would turn A round again for every 128 columns of B, which costs a train step 3-8 %. So A is turned
 * once; or, where that is less to move, B is, and then the product BᵀA.
 */
const emitTurned = (emission: Emission, value: Product): void => {
  const [a, b, addTo] = value.inputs;
  if (
    addTo === undefined &&
    value.attributes.alpha === 1 &&
    sizeOf(b.shape) + sizeOf(value.shape) < sizeOf(a.shape)
  ) {
    const product = emission.step(value, "turned", "MatMul", [emission.transposed(b), emission.nameOf(a)]);
    emission.give(value, "Transpose", [product], { perm: { ints: [1, 0] } });
  } else {
    const operands = [emission.transposed(a), emission.nameOf(b), ...(addTo ? [emission.nameOf(addTo)] : [])];
    emitGemm(emission, value, operands, false);
  }
};

const emitFused = (emission: Emission, value: Product): void => {
  const { transposeA, transposeB, alpha } = value.attributes;
  const operands = value.inputs.map((input) => emission.nameOf(input));
  const attributes = { transA: flag(transposeA), transB: flag(transposeB), alpha: { float: alpha } };
  emission.give(value, "FusedMatMul", operands, attributes, MICROSOFT);
};

/** WebGPU has no FusedMatMul: one Transpose an operand, MatMul, Mul. */
const emitByParts = (emission: Emission, value: Product): void => {
  const { transposeA, transposeB, alpha } = value.attributes;
  const read = (operand: Value, transposed: boolean): string =>
    transposed ? emission.transposed(operand) : emission.nameOf(operand);
  const [a, b] = value.inputs;
  const operands = [read(a, transposeA), read(b, transposeB)];
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
    const { transposeA, transposeB } = value.attributes;
    const onCpu = emission.backend === "cpu";
    const plain = value.inputs.every((input) => input.shape.length === 2);
    if (plain && onCpu && transposeA && !transposeB) emitTurned(emission, value);
    else if (plain)
      emitGemm(
        emission,
        value,
        value.inputs.map((input) => emission.nameOf(input)),
        transposeA,
      );
    else if (onCpu) emitFused(emission, value);
    else emitByParts(emission, value);
  },
};
