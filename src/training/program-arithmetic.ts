/** @file The arithmetic of weighing strategies over a tensor program: a strategy written once is emitted into the training graph. */
import type { Program } from "../tensor/program.ts";
import type { Value } from "../tensor/value.ts";
import type { Arithmetic } from "../weighing/arithmetic.ts";

/** {@link Arithmetic} whose values are nodes of `program`; each operation appends one. */
export const programArithmetic = (program: Program): Arithmetic<Value> => ({
  add: (left, right) => program.add(left, right),
  sub: (left, right) => program.sub(left, right),
  mul: (left, right) => program.mul(left, right),
  div: (left, right) => program.div(left, right),
  min: (left, right) => program.min(left, right),
  max: (left, right) => program.max(left, right),
  exp: (value) => program.exp(value),
  batchMin: (value) => program.rmin(value),
  batchMax: (value) => program.rmax(value),
  batchSum: (value) => program.sum(value),
});
