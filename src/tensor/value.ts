/** @file The instruction set of a tensor program: what a value is, and the attributes of every operation that can make one. */

/** Element type. Arithmetic is float32; int32 only indexes. */
export type DType = "float32" | "int32";

/** Sizes from the outermost axis in; `[]` is a scalar. Static: known when the program is built. */
export type Shape = readonly number[];

/** Buffers that hold a tensor's elements, row-major. */
export type TensorData = Float32Array | Int32Array;

type None = Readonly<Record<never, never>>;
interface Reduction {
  /** Which axes go, each in [0, rank), ascending. */
  readonly axes: readonly number[];
  /** Whether they stay as axes of size 1. */
  readonly keep: boolean;
}

/** Operands may be read transposed without being copied: engines read them strided. */
export interface MatmulOptions {
  /** Swap the last two axes of an operand, after `timeMajor`. */
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** The operand is stored [time, ...batch, width] and read as [...batch, time, width]. */
  readonly timeMajorA?: boolean;
  readonly timeMajorB?: boolean;
  /** Factor of the product, 1 when left out. */
  readonly alpha?: number;
}

/** A composite: an operation with a gradient of its own, given as primitives, that an engine may have a kernel for. */
export interface Composite {
  /** camelCase, as its file in `composites/` is named. */
  readonly name: string;
  /** Numbers that a kernel needs beside the inputs. */
  readonly parameters: Readonly<Record<string, number>>;
  /** The same result from primitives. */
  readonly expansion: Value;
  /** Values inside the expansion that `pullback` reads; an engine with a kernel gives them too. */
  readonly kept: Readonly<Record<string, Value>>;
  /** Cotangents of the inputs, in order, from the result's. */
  readonly pullback: (result: Value, cotangent: Value) => readonly Contribution[];
}

/** Part of a value's cotangent, built only when asked for: from nothing, or added in place to the sum of the parts before it; null for none. */
export type Contribution = (() => Value) | { readonly into: (sum: Value | undefined) => Value } | null;

/** Every operation and its attributes; {@link Program}'s methods say what each computes. */
export interface Attributes {
  readonly input: { readonly name: string };
  readonly constant: { readonly data: TensorData };
  readonly composite: Composite;
  readonly stop: None;
  // elementwise, two operands broadcast against each other
  readonly add: None;
  readonly sub: None;
  readonly mul: None;
  readonly div: None;
  readonly min: None;
  readonly max: None;
  // elementwise, one operand
  readonly neg: None;
  readonly abs: None;
  readonly sign: None;
  readonly exp: None;
  readonly log: None;
  readonly sqrt: None;
  readonly tanh: None;
  readonly sigmoid: None;
  // reductions
  readonly sum: Reduction;
  readonly mean: Reduction;
  readonly rmin: Reduction;
  readonly rmax: Reduction;
  readonly sumsq: Reduction;
  // movement
  readonly reshape: None;
  readonly expand: None;
  readonly transpose: { readonly permutation: readonly number[] };
  readonly slice: { readonly axis: number; readonly start: number; readonly end: number };
  readonly pad: { readonly axis: number; readonly before: number; readonly after: number };
  readonly concat: { readonly axis: number };
  // products
  readonly matmul: MatmulOptions;
  // indexing
  readonly gatherRows: None;
  readonly scatterAddRows: None;
  readonly takeLast: None;
  readonly addLast: None;
  // along the last axis
  readonly softmax: None;
  readonly logSoftmax: None;
}

/** Name of an operation. */
export type Op = keyof Attributes;

/** One node of a program: an operation, its inputs, and the shape of its result. Immutable; made by {@link Program}'s methods. */
export interface Value<O extends Op = Op> {
  /** Place in the program's tape; inputs come before what uses them. */
  readonly id: number;
  readonly op: O;
  readonly inputs: readonly Value[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly attributes: Attributes[O];
}

/** Whether a value is made by that operation; narrows its attributes. */
export const isOp = <O extends Op>(value: Value, op: O): value is Value<O> => value.op === op;
