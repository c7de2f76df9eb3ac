/** @file Gradients of the elementwise operations. */
import type { Program } from "../program.ts";
import type { Value } from "../value.ts";
import { broadcastSum } from "./broadcast-sum.ts";
import type { Vjps } from "./vjp.ts";

type Elementwise =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "min"
  | "max"
  | "neg"
  | "abs"
  | "sign"
  | "exp"
  | "log"
  | "sqrt"
  | "tanh"
  | "sigmoid"
  | "stop";

/** 1 where a > b, ½ where they are equal, 0 elsewhere. */
const exceeds = (p: Program, a: Value, b: Value): Value => p.mul(p.add(p.sign(p.sub(a, b)), 1), 0.5);

/** y' from x, y and the cotangent g, each brought back to the shape of the operand it belongs to. */
export const elementwise: Vjps<Elementwise> = {
  add: (p, { inputs: [a, b] }, g) => [() => broadcastSum(p, g, a.shape), () => broadcastSum(p, g, b.shape)],
  sub: (p, { inputs: [a, b] }, g) => [
    () => broadcastSum(p, g, a.shape),
    () => broadcastSum(p, p.neg(g), b.shape),
  ],
  mul: (p, { inputs: [a, b] }, g) => [
    () => broadcastSum(p, p.mul(g, b), a.shape),
    () => broadcastSum(p, p.mul(g, a), b.shape),
  ],
  div: (p, y, g) => {
    const [a, b] = y.inputs;
    return [
      () => broadcastSum(p, p.div(g, b), a.shape),
      () => broadcastSum(p, p.neg(p.div(p.mul(g, y), b)), b.shape),
    ];
  },
  min: (p, { inputs: [a, b] }, g) => [
    () => broadcastSum(p, p.mul(g, exceeds(p, b, a)), a.shape),
    () => broadcastSum(p, p.mul(g, exceeds(p, a, b)), b.shape),
  ],
  max: (p, { inputs: [a, b] }, g) => [
    () => broadcastSum(p, p.mul(g, exceeds(p, a, b)), a.shape),
    () => broadcastSum(p, p.mul(g, exceeds(p, b, a)), b.shape),
  ],
  neg: (p, _y, g) => [() => p.neg(g)],
  abs: (p, { inputs: [x] }, g) => [() => p.mul(g, p.sign(x))],
  sign: () => [null],
  exp: (p, y, g) => [() => p.mul(g, y)],
  log: (p, { inputs: [x] }, g) => [() => p.div(g, x)],
  sqrt: (p, y, g) => [() => p.div(p.mul(g, 0.5), y)],
  tanh: (p, y, g) => [() => p.mul(g, p.sub(1, p.mul(y, y)))],
  sigmoid: (p, y, g) => [() => p.mul(g, p.mul(y, p.sub(1, y)))],
  stop: () => [null],
};
