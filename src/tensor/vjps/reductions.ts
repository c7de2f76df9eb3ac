/** @file Gradients of the reductions. */
import type { Program } from "../program.ts";
import { reducedShape, sizeOf } from "../shape.ts";
import type { Value } from "../value.ts";
import type { Vjps } from "./vjp.ts";

type Reducing = "sum" | "mean" | "rmin" | "rmax" | "sumsq";

/** A reduced value with its axes back, as length 1, so that it broadcasts against the operand. */
const restored = (
  p: Program,
  x: Value,
  { axes }: { readonly axes: readonly number[] },
  value: Value,
): Value => p.reshape(value, reducedShape(x.shape, axes, true));

/** g shared equally among the elements that are the extreme: `distance` is 0 there and positive elsewhere. */
const shared = (p: Program, distance: Value, axes: readonly number[], g: Value): Value => {
  const chosen = p.sub(1, p.sign(distance));
  return p.mul(chosen, p.div(g, p.sum(chosen, axes, true)));
};

/** Gradients of sums, means and extremes: the cotangent goes back to every element that had a part in the result. */
export const reductions: Vjps<Reducing> = {
  sum: (p, { inputs: [x], attributes }, g) => [() => p.expand(restored(p, x, attributes, g), x.shape)],
  mean: (p, y, g) => {
    const [x] = y.inputs;
    const count = sizeOf(x.shape) / sizeOf(y.shape);
    return [() => p.expand(restored(p, x, y.attributes, p.mul(g, 1 / count)), x.shape)];
  },
  sumsq: (p, { inputs: [x], attributes }, g) => [() => p.mul(x, restored(p, x, attributes, p.mul(g, 2)))],
  rmin: (p, y, g) => {
    const [x] = y.inputs;
    const { axes } = y.attributes;
    const least = restored(p, x, y.attributes, y);
    return [() => shared(p, p.sub(x, least), axes, restored(p, x, y.attributes, g))];
  },
  rmax: (p, y, g) => {
    const [x] = y.inputs;
    const { axes } = y.attributes;
    const greatest = restored(p, x, y.attributes, y);
    return [() => shared(p, p.sub(greatest, x), axes, restored(p, x, y.attributes, g))];
  },
};
