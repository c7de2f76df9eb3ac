/** @file Gradient of the product, for every way its operands may be stored. */
import type { Program } from "../program.ts";
import { inversePermutation, timeInward } from "../shape.ts";
import type { MatmulOptions, Value } from "../value.ts";
import { broadcastSum } from "./broadcast-sum.ts";
import type { Vjps } from "./vjp.ts";

/** An operand's cotangent, computed as the product reads it, brought to how it is stored. */
const asStored = (p: Program, read: Value, operand: Value, timeMajor: boolean): Value => {
  if (!timeMajor) return broadcastSum(p, read, operand.shape);
  const order = timeInward(operand.shape.length);
  const summed = broadcastSum(
    p,
    read,
    order.map((axis) => operand.shape[axis]!),
  );
  return p.transpose(summed, inversePermutation(order));
};

/** Whether a product may be added to a sum while it is computed. */
const accumulates = (a: Value, b: Value): boolean => a.shape.length === 2 && b.shape.length === 2;

/** For C = αXY: dX = αGYᵀ and dY = αXᵀG, each computed transposed when its operand is stored so. */
export const matmul: Vjps<"matmul"> = {
  matmul: (p, { inputs: [a, b, addTo], attributes }, g) => {
    const { transposeA, transposeB, timeMajorA, timeMajorB, alpha } = attributes;
    const [leftOfA, rightOfA, optionsOfA]: [Value, Value, MatmulOptions] = transposeA
      ? [b, g, { timeMajorA: timeMajorB, transposeA: transposeB, transposeB: true, alpha }]
      : [g, b, { timeMajorB, transposeB: !transposeB, alpha }];
    const [leftOfB, rightOfB, optionsOfB]: [Value, Value, MatmulOptions] = transposeB
      ? [g, a, { transposeA: true, timeMajorB: timeMajorA, transposeB: transposeA, alpha }]
      : [a, g, { timeMajorA, transposeA: !transposeA, alpha }];
    const parts = accumulates(a, b)
      ? [
          { into: (sum: Value | undefined) => p.matmul(leftOfA, rightOfA, optionsOfA, sum) },
          { into: (sum: Value | undefined) => p.matmul(leftOfB, rightOfB, optionsOfB, sum) },
        ]
      : [
          () => asStored(p, p.matmul(leftOfA, rightOfA, optionsOfA), a, timeMajorA),
          () => asStored(p, p.matmul(leftOfB, rightOfB, optionsOfB), b, timeMajorB),
        ];
    return addTo ? [...parts, () => g] : parts;
  },
};
