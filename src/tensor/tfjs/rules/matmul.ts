/** @file Kernels of the product. */
import { sizeOf, timeInward } from "../../shape.ts";
import type { Value } from "../../value.ts";
import type { Kernels, Rules } from "../rule.ts";
import type { TfjsTensor } from "../runtime.ts";

const read = (kernels: Kernels, tensor: TfjsTensor, { shape }: Value, timeMajor: boolean): TfjsTensor =>
  timeMajor ? kernels.run("Transpose", { x: tensor }, { perm: timeInward(shape.length) }) : tensor;

/** BatchMatMul of any rank. A time-major operand is transposed; the factor meets what is smallest, an operand or the product. */
export const matmul: Rules<"matmul"> = {
  matmul: {
    kernels: ["BatchMatMul", "Transpose", "Multiply", "Add"],
    compute: (kernels, value, [left, right, addTo]) => {
      const { transposeA, transposeB, timeMajorA, timeMajorB, alpha } = value.attributes;
      const scaled = (x: TfjsTensor): TfjsTensor =>
        kernels.run("Multiply", { a: x, b: kernels.scalar(alpha) });
      const sizes = [...value.inputs.slice(0, 2), value].map(({ shape }) => sizeOf(shape));
      const smallest = alpha === 1 ? -1 : sizes.indexOf(Math.min(...sizes));
      const [a, b] = [
        read(kernels, left!, value.inputs[0], timeMajorA),
        read(kernels, right!, value.inputs[1], timeMajorB),
      ];
      const operands = { a: smallest === 0 ? scaled(a) : a, b: smallest === 1 ? scaled(b) : b };
      const found = kernels.run("BatchMatMul", operands, { transposeA, transposeB });
      const product = smallest === 2 ? scaled(found) : found;
      return addTo ? kernels.run("Add", { a: product, b: addTo }) : product;
    },
  },
};
