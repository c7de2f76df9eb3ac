/** @file The arithmetic of strategies on float64 arrays: what the host computes, and the reference for every other. */
import type { Arithmetic } from "./arithmetic.ts";

type Operand = Float64Array | number;

const itemsOf = (operand: Operand): Float64Array =>
  typeof operand === "number" ? Float64Array.of(operand) : operand;

const elementwise =
  (operation: (left: number, right: number) => number) =>
  (left: Operand, right: Operand): Float64Array => {
    const lefts = itemsOf(left);
    const rights = itemsOf(right);
    const leftStride = lefts.length === 1 ? 0 : 1;
    const rightStride = rights.length === 1 ? 0 : 1;
    const result = new Float64Array(Math.max(lefts.length, rights.length));
    for (let i = 0; i < result.length; i++)
      result[i] = operation(lefts[i * leftStride]!, rights[i * rightStride]!);
    return result;
  };

const reduction =
  (initial: number, operation: (left: number, right: number) => number) =>
  (value: Float64Array): Float64Array => {
    let result = initial;
    for (const item of value) result = operation(result, item);
    return Float64Array.of(result);
  };

/** {@link Arithmetic} on Float64Array: shape [M] is an array of M, a scalar one of length 1. O(M) each; sums run in slot order, so results are repeatable. */
export const float64Arithmetic: Arithmetic<Float64Array> = {
  add: elementwise((left, right) => left + right),
  sub: elementwise((left, right) => left - right),
  mul: elementwise((left, right) => left * right),
  div: elementwise((left, right) => left / right),
  min: elementwise(Math.min),
  max: elementwise(Math.max),
  exp: (value) => value.map(Math.exp),
  batchMin: reduction(Infinity, Math.min),
  batchMax: reduction(-Infinity, Math.max),
  batchSum: reduction(0, (left, right) => left + right),
};
