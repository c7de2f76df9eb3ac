/** @file One random small program for every operation and composite: what the gradients and the engines are tested with. */
import * as fc from "fast-check";

import { attention } from "../../src/tensor/composites/attention.ts";
import { gelu } from "../../src/tensor/composites/gelu.ts";
import { layerNorm } from "../../src/tensor/composites/layer-norm.ts";
import { linearCrossEntropy } from "../../src/tensor/composites/linear-cross-entropy.ts";
import { gradients } from "../../src/tensor/gradient.ts";
import { Program } from "../../src/tensor/program.ts";
import type { MatmulOptions, Op, Shape, TensorData, Value } from "../../src/tensor/value.ts";
import { size } from "./float64-interpreter.ts";

/** Uniform in [0, 1), the same for the same seed (Weyl sequence through a 32-bit mix). */
export const uniform = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
};

/** Builds a case: declares inputs with random feeds, draws its shapes and options. */
export class CaseBuilder {
  readonly program: Program = new Program();
  readonly feeds: Record<string, TensorData> = {};
  readonly differentiable: Value<"input">[] = [];
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = uniform(seed);
  }

  /** An integer in [low, high]. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }
  flip(): boolean {
    return this.#random() < 0.5;
  }
  shape(lowRank = 0, highRank = 4): number[] {
    return Array.from({ length: this.integer(lowRank, highRank) }, () => this.integer(1, 4));
  }
  /** A shape that broadcasts to another: leading axes dropped, others 1. */
  narrower(shape: Shape): number[] {
    return shape
      .slice(this.integer(0, shape.length))
      .map((length) => (this.integer(0, 2) === 0 ? 1 : length));
  }

  #feed(data: TensorData, shape: Shape): Value<"input"> {
    const name = `x${this.program.inputs.size}`;
    this.feeds[name] = data;
    return this.program.input(name, shape, data instanceof Int32Array ? "int32" : "float32");
  }

  /** Distinct numbers of magnitude 0.2 to 2, at least 0.001 from each other, of other inputs too: finite differences of operations with kinks step less than that. */
  floats(shape: Shape, sign: "any" | "positive" = "any"): Value {
    const count = size(shape);
    const keys = Array.from({ length: count }, () => this.#random());
    const ranks = [...keys.keys()].toSorted((a, b) => keys[a]! - keys[b]!);
    const data = Float32Array.from(ranks, (rank) => {
      const magnitude =
        0.2 + 0.005 * Math.round((1.6 / 0.005) * (rank / count)) + 0.001 * this.program.inputs.size;
      return sign === "any" && rank % 2 === 0 ? -magnitude : magnitude;
    });
    const value = this.#feed(data, shape);
    this.differentiable.push(value);
    return value;
  }

  /** Indices in [0, bound): with few to choose from, many repeat. */
  indices(shape: Shape, bound: number): Value {
    return this.#feed(
      Int32Array.from({ length: size(shape) }, () => this.integer(0, bound - 1)),
      shape,
    );
  }
}

const binary =
  (op: "add" | "sub" | "mul" | "div" | "min" | "max") =>
  (c: CaseBuilder): Value => {
    const shape = c.shape();
    const [left, right] = [c.narrower(shape), shape].toSorted(() => (c.flip() ? 1 : -1));
    return c.program[op](c.floats(left!), c.floats(right!));
  };

const unary =
  (op: "neg" | "abs" | "sign" | "exp" | "log" | "sqrt" | "tanh" | "sigmoid", positive = false) =>
  (c: CaseBuilder): Value =>
    c.program[op](c.floats(c.shape(), positive ? "positive" : "any"));

const reduction =
  (op: "sum" | "mean" | "rmin" | "rmax" | "sumsq") =>
  (c: CaseBuilder): Value => {
    const shape = c.shape(1);
    const axes = c.flip()
      ? undefined
      : [...shape.keys()].filter(() => c.flip()).map((axis) => axis - shape.length);
    return c.program[op](c.floats(shape), axes, c.flip());
  };

const stored = (shape: readonly number[], transposed: boolean): number[] =>
  transposed ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : [...shape];

const matmul = (c: CaseBuilder): Value => {
  const [m, k, n] = [c.integer(1, 5), c.integer(1, 5), c.integer(1, 5)];
  const batch = c.shape(0, 2);
  const options: MatmulOptions = {
    transposeA: c.flip(),
    transposeB: c.flip(),
    ...(c.flip() && { alpha: 0.5 }),
  };
  const a = c.floats(stored([...batch, m, k], options.transposeA!));
  const b = c.floats(stored([...batch, k, n], options.transposeB!));
  const addTo = batch.length === 0 && c.flip() ? c.floats([m, n]) : undefined;
  return c.program.matmul(a, b, options, addTo);
};

/** What each operation is tried on. `input`, `constant` and `composite` are in all of them. */
export const primitiveCases: {
  readonly [O in Exclude<Op, "input" | "constant" | "composite">]: (c: CaseBuilder) => Value;
} = {
  stop: (c) => {
    const x = c.floats(c.shape());
    return c.program.mul(c.program.stop(x), x);
  },
  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: binary("div"),
  min: binary("min"),
  max: binary("max"),
  neg: unary("neg"),
  abs: unary("abs"),
  sign: unary("sign"),
  exp: unary("exp"),
  log: unary("log", true),
  sqrt: unary("sqrt", true),
  tanh: unary("tanh"),
  sigmoid: unary("sigmoid"),
  softmax: (c) => c.program.softmax(c.floats(c.shape(1))),
  logSoftmax: (c) => c.program.logSoftmax(c.floats(c.shape(1))),
  sum: reduction("sum"),
  mean: reduction("mean"),
  rmin: reduction("rmin"),
  rmax: reduction("rmax"),
  sumsq: reduction("sumsq"),
  reshape: (c) => {
    const shape = c.shape(1);
    return c.program.reshape(c.floats(shape), c.flip() ? [size(shape)] : [...shape, 1].toReversed());
  },
  expand: (c) => {
    const shape = c.shape(1);
    return c.program.expand(c.floats(c.narrower(shape)), shape);
  },
  transpose: (c) => {
    const shape = c.shape(1);
    const permutation = [...shape.keys()].toSorted(() => (c.flip() ? 1 : -1));
    return c.program.transpose(c.floats(shape), permutation);
  },
  slice: (c) => {
    const shape = c.shape(1);
    const axis = c.integer(0, shape.length - 1);
    const start = c.integer(0, shape[axis]! - 1);
    return c.program.slice(c.floats(shape), axis, start, c.integer(start + 1, shape[axis]!));
  },
  pad: (c) => {
    const shape = c.shape(1);
    return c.program.pad(
      c.floats(shape),
      c.integer(-shape.length, shape.length - 1),
      c.integer(0, 2),
      c.integer(0, 2),
    );
  },
  concat: (c) => {
    const shape = c.shape(1);
    const axis = c.integer(0, shape.length - 1);
    const parts = Array.from({ length: c.integer(1, 3) }, () => c.floats(shape.with(axis, c.integer(1, 4))));
    return c.program.concat(parts, axis);
  },
  matmul,
  gatherRows: (c) => {
    const rows = c.integer(1, 4);
    return c.program.gatherRows(c.floats([rows, c.integer(1, 4)]), c.indices(c.shape(1, 3), rows));
  },
  scatterAddRows: (c) => {
    const [rows, width, index] = [c.integer(1, 4), c.integer(1, 4), c.shape(1, 3)];
    return c.program.scatterAddRows(
      c.floats([rows, width]),
      c.indices(index, rows),
      c.floats([...index, width]),
    );
  },
  scatterAddColumns: (c) => {
    const [columns, width, index] = [c.integer(1, 4), c.integer(1, 4), c.shape(1, 3)];
    return c.program.scatterAddColumns(
      c.floats([width, columns]),
      c.indices(index, columns),
      c.floats([...index, width]),
    );
  },
  takeLast: (c) => {
    const [rows, columns] = [c.integer(1, 5), c.integer(1, 4)];
    return c.program.takeLast(c.floats([rows, columns]), c.indices([rows], columns));
  },
  addLast: (c) => {
    const [rows, columns] = [c.integer(1, 5), c.integer(1, 4)];
    return c.program.addLast(c.floats([rows, columns]), c.indices([rows], columns), c.floats([rows]));
  },
};

/** What each composite is tried on. */
export const compositeCases: Readonly<Record<string, (c: CaseBuilder) => Value>> = {
  attention: (c) => {
    const blocks = c.integer(1, 3);
    const shape = [c.integer(1, 3), blocks + c.integer(0, 6), c.integer(1, 3), c.integer(1, 4)];
    const options = { scale: 0.7, ...(c.flip() && { blocks }) };
    return attention(c.program, c.floats(shape), c.floats(shape), c.floats(shape), options);
  },
  linearCrossEntropy: (c) => {
    const [rows, width, vocabulary] = [c.integer(1, 6), c.integer(1, 4), c.integer(1, 5)];
    const targets = c.indices([rows], vocabulary);
    const options = c.flip() ? { tall: true } : {};
    return linearCrossEntropy(
      c.program,
      c.floats([rows, width]),
      c.floats([vocabulary, width]),
      targets,
      options,
    );
  },
  layerNorm: (c) => {
    const shape = [...c.shape(0, 2), c.integer(2, 6)];
    return layerNorm(c.program, c.floats(shape), c.floats(shape.slice(-1)), c.floats(shape.slice(-1)));
  },
  gelu: (c) => gelu(c.program, c.floats(c.shape())),
};

/** A program, its result and the result's gradients by every float input, from the random cotangent `cotangent`. */
export interface TensorCase {
  readonly program: Program;
  readonly feeds: Readonly<Record<string, TensorData>>;
  readonly result: Value;
  readonly outputs: Readonly<Record<string, Value>>;
}

const builders: Readonly<Record<string, (c: CaseBuilder) => Value>> = {
  ...primitiveCases,
  ...compositeCases,
};

const buildCase = (name: string, seed: number): TensorCase => {
  const c = new CaseBuilder(seed);
  const result = builders[name]!(c);
  const wrt = [...c.differentiable];
  const { program, feeds } = c;
  const cotangent = program.input("cotangent", result.shape);
  const random = uniform(seed + 1);
  feeds["cotangent"] = Float32Array.from({ length: size(result.shape) }, () => 2 * random() - 1);
  const found = gradients(program, [[result, cotangent]], wrt);
  const named = wrt.map(({ attributes }, at) => [`gradient ${attributes.name}`, found[at]!] as const);
  return { program, feeds, result, outputs: { result, ...Object.fromEntries(named) } };
};

/** Random cases of an operation or composite, the same ones every time. */
export const casesOf = (name: string, count: number): TensorCase[] =>
  fc.sample(fc.nat(), { numRuns: count, seed: 7 }).map((seed) => buildCase(name, seed));
