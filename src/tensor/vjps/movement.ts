/** @file Gradients of the operations that only move elements: each is undone by another of them. */
import { inversePermutation } from "../shape.ts";
import { broadcastSum } from "./broadcast-sum.ts";
import type { Vjps } from "./vjp.ts";

type Moving = "reshape" | "expand" | "transpose" | "slice" | "pad" | "concat";

/** Gradients of movement: a slice pads, a pad slices, an expansion sums. */
export const movement: Vjps<Moving> = {
  reshape: (p, { inputs: [x] }, g) => [() => p.reshape(g, x.shape)],
  expand: (p, { inputs: [x] }, g) => [() => broadcastSum(p, g, x.shape)],
  transpose: (p, { attributes: { permutation } }, g) => [
    () => p.transpose(g, inversePermutation(permutation)),
  ],
  slice: (p, { inputs: [x], attributes: { axis, start, end } }, g) => [
    () => p.pad(g, axis, start, x.shape[axis]! - end),
  ],
  pad: (p, { inputs: [x], attributes: { axis, before } }, g) => [
    () => p.slice(g, axis, before, before + x.shape[axis]!),
  ],
  concat: (p, { inputs, attributes: { axis } }, g) => {
    let start = 0;
    return inputs.map((x) => {
      const from = start;
      start += x.shape[axis]!;
      return () => p.slice(g, axis, from, from + x.shape[axis]!);
    });
  },
};
