/** @file Kernels that only move elements. */
import type { Rules } from "../rule.ts";

type Moving = "reshape" | "expand" | "transpose" | "slice" | "pad" | "concat";

/** One kernel each; expanding takes two, since no backend registers BroadcastTo. */
export const movement: Rules<Moving> = {
  reshape: {
    kernels: ["Reshape"],
    compute: (kernels, value, [x]) => kernels.run("Reshape", { x: x! }, { shape: [...value.shape] }),
  },
  expand: {
    kernels: ["Reshape", "Tile"],
    compute: (kernels, { shape, inputs }, [x]) => {
      const added = shape.length - inputs[0].shape.length;
      const aligned = shape.map((_, axis) => inputs[0].shape[axis - added] ?? 1);
      const reps = shape.map((length, axis) => length / aligned[axis]!);
      return kernels.run("Tile", { x: kernels.run("Reshape", { x: x! }, { shape: aligned }) }, { reps });
    },
  },
  transpose: {
    kernels: ["Transpose"],
    compute: (kernels, { attributes }, [x]) =>
      kernels.run("Transpose", { x: x! }, { perm: [...attributes.permutation] }),
  },
  slice: {
    kernels: ["Slice"],
    compute: (kernels, { shape, attributes: { axis, start } }, [x]) => {
      const begin = shape.map((_, at) => (at === axis ? start : 0));
      return kernels.run("Slice", { x: x! }, { begin, size: [...shape] });
    },
  },
  pad: {
    kernels: ["PadV2"],
    compute: (kernels, { shape, attributes: { axis, before, after } }, [x]) => {
      const paddings = shape.map((_, at) => (at === axis ? [before, after] : [0, 0]));
      return kernels.run("PadV2", { x: x! }, { paddings, constantValue: 0 });
    },
  },
  concat: {
    kernels: ["Concat", "Identity"],
    compute: (kernels, { attributes: { axis } }, inputs) =>
      inputs.length === 1
        ? kernels.run("Identity", { x: inputs[0]! })
        : kernels.run("Concat", inputs, { axis }),
  },
};
