/** @file The transpose of broadcasting: sums over repeated axes. */
import type { Program } from "../program.ts";
import { sameShape } from "../shape.ts";
import type { Shape, Value } from "../value.ts";

/** Cotangent of an operand of shape `shape` that was broadcast to the shape of `cotangent`: summed over the axes along which it was repeated. */
export const broadcastSum = (program: Program, cotangent: Value, shape: Shape): Value => {
  if (sameShape(cotangent.shape, shape)) return cotangent;
  const added = cotangent.shape.length - shape.length;
  const axes = cotangent.shape.flatMap((length, axis) =>
    axis < added || (shape[axis - added] === 1 && length !== 1) ? [axis] : [],
  );
  const summed = axes.length === 0 ? cotangent : program.sum(cotangent, axes);
  return sameShape(summed.shape, shape) ? summed : program.reshape(summed, shape);
};
