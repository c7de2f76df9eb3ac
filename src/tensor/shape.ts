/** @file Static shapes: the one place where a program's shapes are computed and checked. Every fault is an EngineError naming operation and shapes. */
import { EngineError } from "../errors.ts";
import type { DType, MatmulOptions, Shape, Value } from "./value.ts";

/** Shapes as error texts write them: `[2, 3]`. */
export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** Number of elements; 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((size, length) => size * length, 1);

/** Whether two shapes are the same. */
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);

/** The error of an operation whose operands do not fit: `<op>'s <subject> must be <rule>, got <got>`. */
export const misfit = (op: string, subject: string, rule: string, got: string): EngineError =>
  new EngineError(`${op}${op.endsWith("s") ? "'" : "'s"} ${subject} must be ${rule}, got ${got}`, {
    operation: op,
  });

/** Refuses operands of the wrong element type. @throws {EngineError} naming operation and type. */
export const requireDType = (op: string, value: Value, dtype: DType): void => {
  if (value.dtype !== dtype)
    throw misfit(op, "operand", dtype, `${value.dtype} ${showShape(value.shape)} of ${value.op}`);
};

/** Refuses shapes with lengths that are not positive integers. @throws {EngineError} naming operation and shape. */
export const requireShape = (op: string, shape: Shape): void => {
  if (!shape.every((length) => Number.isSafeInteger(length) && length > 0))
    throw misfit(op, "shape", "positive integers", showShape(shape));
};

/** Axis in [0, rank) of one counted from either end. @throws {EngineError} when there is no such axis. */
export const axisOf = (op: string, shape: Shape, axis: number): number => {
  const fromStart = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(axis) || fromStart < 0 || fromStart >= shape.length)
    throw misfit(op, "axis", `an axis of ${showShape(shape)}`, String(axis));
  return fromStart;
};

/** Common shape of two operands, axes aligned at the last, length 1 stretching to the other's. @throws {EngineError} when they do not align. */
export const broadcastShape = (op: string, a: Shape, b: Shape): Shape => {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const lengthA = a[a.length - rank + axis] ?? 1;
    const lengthB = b[b.length - rank + axis] ?? 1;
    if (lengthA !== lengthB && lengthA !== 1 && lengthB !== 1)
      throw misfit(op, "shapes", "equal or 1 on every axis", `${showShape(a)} and ${showShape(b)}`);
    return Math.max(lengthA, lengthB);
  });
};

/** Shape after a reduction over ascending `axes`; with `keep` they stay as 1. */
export const reducedShape = (shape: Shape, axes: readonly number[], keep: boolean): Shape =>
  keep
    ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : shape.filter((_, axis) => !axes.includes(axis));

/** The same shape with one axis of another length. */
export const withLength = (shape: Shape, axis: number, length: number): Shape => shape.with(axis, length);

/** The permutation that undoes another. */
export const inversePermutation = (permutation: readonly number[]): number[] =>
  permutation.map((_, axis) => permutation.indexOf(axis));

const operandShape = (shape: Shape, transposed = false): Shape =>
  transposed ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;

/** Shape of a product: batch axes broadcast, [.., M, K] by [.., K, N] gives [.., M, N]. @throws {EngineError} when ranks or inner lengths do not fit. */
export const matmulShape = (a: Shape, b: Shape, options: MatmulOptions): Shape => {
  const got = `${showShape(a)} and ${showShape(b)} with ${JSON.stringify(options)}`;
  if (a.length < 2 || b.length < 2) throw misfit("matmul", "operands", "of rank 2 or more", got);
  const left = operandShape(a, options.transposeA);
  const right = operandShape(b, options.transposeB);
  if (left.at(-1) !== right.at(-2)) throw misfit("matmul", "inner lengths", "equal", got);
  const batch = broadcastShape("matmul", left.slice(0, -2), right.slice(0, -2));
  return [...batch, left.at(-2)!, right.at(-1)!];
};
