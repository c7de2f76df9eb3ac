/** @file ONNX operators of the elementwise operations. */
import type { Op } from "../../value.ts";
import type { Rule, Rules } from "../emission.ts";

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
  | "sigmoid";

const operator =
  (type: string): Rule<Op> =>
  (emission, value) =>
    emission.give(
      value,
      type,
      value.inputs.map((input) => emission.nameOf(input)),
    );

/** One operator each. */
export const elementwise: Rules<Elementwise> = {
  add: operator("Add"),
  sub: operator("Sub"),
  mul: operator("Mul"),
  div: operator("Div"),
  min: operator("Min"),
  max: operator("Max"),
  neg: operator("Neg"),
  abs: operator("Abs"),
  sign: operator("Sign"),
  exp: operator("Exp"),
  log: operator("Log"),
  sqrt: operator("Sqrt"),
  tanh: operator("Tanh"),
  sigmoid: operator("Sigmoid"),
};
