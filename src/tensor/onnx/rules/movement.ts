/** @file ONNX operators that only move elements. */
import type { Rules } from "../emission.ts";

type Moving = "reshape" | "expand" | "transpose" | "slice" | "pad" | "concat";

/** One operator each; shapes and bounds are shared int64 vectors. */
export const movement: Rules<Moving> = {
  reshape: (emission, value) =>
    emission.give(value, "Reshape", [emission.nameOf(value.inputs[0]), emission.integers(value.shape)]),
  expand: (emission, value) =>
    emission.give(value, "Expand", [emission.nameOf(value.inputs[0]), emission.integers(value.shape)]),
  transpose: (emission, value) =>
    emission.give(value, "Transpose", [emission.nameOf(value.inputs[0])], {
      perm: { ints: value.attributes.permutation },
    }),
  slice: (emission, value) => {
    const { axis, start, end } = value.attributes;
    const bounds = [[start], [end], [axis]].map((bound) => emission.integers(bound));
    emission.give(value, "Slice", [emission.nameOf(value.inputs[0]), ...bounds]);
  },
  pad: (emission, value) => {
    const { axis, before, after } = value.attributes;
    const none = value.shape.map(() => 0);
    const widths = emission.integers([...none.with(axis, before), ...none.with(axis, after)]);
    emission.give(value, "Pad", [emission.nameOf(value.inputs[0]), widths]);
  },
  concat: (emission, value) =>
    emission.give(
      value,
      "Concat",
      value.inputs.map((input) => emission.nameOf(input)),
      { axis: { int: value.attributes.axis } },
    ),
};
