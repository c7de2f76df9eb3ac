/** @file The instruction set of a tensor program: what a value is, and the attributes of every operation that can make one. */

/** Element type. Arithmetic is float32; int32 only indexes. */
export type DType = "float32" | "int32";

/** Sizes from the outermost axis in; `[]` is a scalar. Static: known when the program is built. */
export type Shape = readonly number[];

/** Buffers that hold a tensor's elements, row-major. */
export type TensorData = Float32Array | Int32Array;

/** How a product reads its operands. */
export interface MatmulOptions {
  /** Swap the last two axes of an operand; nothing is copied for it in the program. */
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
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

type None = Readonly<Record<string, never>>;
type Any = readonly Value[];
type One = readonly [x: Value];
type Two = readonly [a: Value, b: Value];

interface Reduction {
  /** Which axes go, each in [0, rank), ascending. */
  readonly axes: readonly number[];
  /** Whether they stay as axes of length 1. */
  readonly keep: boolean;
}

interface Instruction<Inputs extends readonly Value[], Attributes = None> {
  readonly inputs: Inputs;
  readonly attributes: Attributes;
}

/** Every operation, with what it takes; {@link Program}'s methods say what each computes. */
export interface Instructions {
  input: Instruction<Any, { readonly name: string }>;
  constant: Instruction<Any, { readonly data: TensorData }>;
  composite: Instruction<Any, Composite>;
  stop: Instruction<One>;
  // elementwise, two operands broadcast against each other
  add: Instruction<Two>;
  sub: Instruction<Two>;
  mul: Instruction<Two>;
  div: Instruction<Two>;
  min: Instruction<Two>;
  max: Instruction<Two>;
  // elementwise, one operand
  neg: Instruction<One>;
  abs: Instruction<One>;
  sign: Instruction<One>;
  exp: Instruction<One>;
  log: Instruction<One>;
  sqrt: Instruction<One>;
  tanh: Instruction<One>;
  sigmoid: Instruction<One>;
  // along the last axis
  softmax: Instruction<One>;
  logSoftmax: Instruction<One>;
  // reductions
  sum: Instruction<One, Reduction>;
  mean: Instruction<One, Reduction>;
  rmin: Instruction<One, Reduction>;
  rmax: Instruction<One, Reduction>;
  sumsq: Instruction<One, Reduction>;
  // movement
  reshape: Instruction<One>;
  expand: Instruction<One>;
  transpose: Instruction<One, { readonly permutation: readonly number[] }>;
  slice: Instruction<One, { readonly axis: number; readonly start: number; readonly end: number }>;
  pad: Instruction<One, { readonly axis: number; readonly before: number; readonly after: number }>;
  concat: Instruction<Any, { readonly axis: number }>;
  // products
  matmul: Instruction<readonly [a: Value, b: Value, ...addTo: Any], Required<MatmulOptions>>;
  // indexing
  gatherRows: Instruction<readonly [table: Value, index: Value]>;
  scatterAddRows: Instruction<readonly [base: Value, index: Value, rows: Value]>;
  scatterAddColumns: Instruction<readonly [base: Value, index: Value, rows: Value]>;
  takeLast: Instruction<readonly [x: Value, index: Value]>;
  addLast: Instruction<readonly [x: Value, index: Value, values: Value]>;
}

/** Name of an operation. */
export type Op = keyof Instructions;

/** One node of a program: an operation, its inputs, and the shape of its result. Immutable; made by {@link Program}'s methods. */
export interface Value<O extends Op = Op> {
  /** Place in the program's tape; inputs come before what uses them. */
  readonly id: number;
  readonly op: O;
  readonly inputs: Instructions[O]["inputs"];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly attributes: Instructions[O]["attributes"];
}

/** Whether a value is made by that operation; narrows its inputs and attributes. */
export const isOp = <O extends Op>(value: Value, op: O): value is Value<O> => value.op === op;
