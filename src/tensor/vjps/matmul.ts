/** @file Gradient of the product, for every way its operands may be read. */
import type { MatmulOptions, Value } from "../value.ts";
import { broadcastSum } from "./broadcast-sum.ts";
import type { Vjps } from "./vjp.ts";

/** Whether a product may be added to a sum while it is computed. */
const accumulates = (a: Value, b: Value): boolean => a.shape.length === 2 && b.shape.length === 2;

/** For C = αXY: dX = αGYᵀ and dY = αXᵀG, each computed transposed when its operand is read so. */
export const matmul: Vjps<"matmul"> = {
  matmul: (p, { inputs: [a, b, addTo], attributes }, g) => {
    const { transposeA, transposeB, alpha } = attributes;
    const [leftOfA, rightOfA, optionsOfA]: [Value, Value, MatmulOptions] = transposeA
      ? [b, g, { transposeA: transposeB, transposeB: true, alpha }]
      : [g, b, { transposeB: !transposeB, alpha }];
    const [leftOfB, rightOfB, optionsOfB]: [Value, Value, MatmulOptions] = transposeB
      ? [g, a, { transposeA: true, transposeB: transposeA, alpha }]
      : [a, g, { transposeA: !transposeA, alpha }];
    const parts = accumulates(a, b)
      ? [
          { into: (sum: Value | undefined) => p.matmul(leftOfA, rightOfA, optionsOfA, sum) },
          { into: (sum: Value | undefined) => p.matmul(leftOfB, rightOfB, optionsOfB, sum) },
        ]
      : [
          () => broadcastSum(p, p.matmul(leftOfA, rightOfA, optionsOfA), a.shape),
          () => broadcastSum(p, p.matmul(leftOfB, rightOfB, optionsOfB), b.shape),
        ];
    return addTo ? [...parts, () => g] : parts;
  },
};
