/** @file ONNX operators of the reductions. */
import type { Rule, Rules } from "../emission.ts";

type Reducing = "sum" | "mean" | "rmin" | "rmax" | "sumsq";

const operator =
  (type: string): Rule<Reducing> =>
  (emission, value) => {
    const { axes, keep } = value.attributes;
    emission.give(value, type, [emission.nameOf(value.inputs[0]), emission.integers(axes)], {
      keepdims: { int: keep ? 1 : 0 },
      // No axes means none, where the operator alone would take all.
      noop_with_empty_axes: { int: 1 },
    });
  };

/** One operator each, with the axes as an input. */
export const reductions: Rules<Reducing> = {
  sum: operator("ReduceSum"),
  mean: operator("ReduceMean"),
  rmin: operator("ReduceMin"),
  rmax: operator("ReduceMax"),
  sumsq: operator("ReduceSumSquare"),
};
