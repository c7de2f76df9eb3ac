/** @file Kernels of the elementwise operations. */
import type { Op } from "../../value.ts";
import type { Rule, Rules } from "../rule.ts";

type Binary = "add" | "sub" | "mul" | "div" | "min" | "max";
type Unary = "neg" | "abs" | "sign" | "exp" | "log" | "sqrt" | "tanh" | "sigmoid";

const binary = (kernel: string): Rule<Op> => ({
  kernels: [kernel],
  compute: (kernels, _value, [a, b]) => kernels.run(kernel, { a: a!, b: b! }),
});

/** x·x reads its operand once. */
const product: Rule<Op> = {
  kernels: ["Multiply", "Square"],
  compute: (kernels, _value, [a, b]) =>
    a === b ? kernels.run("Square", { x: a! }) : kernels.run("Multiply", { a: a!, b: b! }),
};

const unary = (kernel: string): Rule<Op> => ({
  kernels: [kernel],
  compute: (kernels, _value, [x]) => kernels.run(kernel, { x: x! }),
});

/** One kernel each, which broadcasts as we do. */
export const elementwise: Rules<Binary | Unary> = {
  add: binary("Add"),
  sub: binary("Sub"),
  mul: product,
  div: binary("RealDiv"),
  min: binary("Minimum"),
  max: binary("Maximum"),
  neg: unary("Neg"),
  abs: unary("Abs"),
  sign: unary("Sign"),
  exp: unary("Exp"),
  log: unary("Log"),
  sqrt: unary("Sqrt"),
  tanh: unary("Tanh"),
  sigmoid: unary("Sigmoid"),
};
