/** @file A naive interpreter of tensor programs in float64: the oracle of every engine. It shares no code with them beyond the program itself. */
import type { Program } from "../../src/tensor/program.ts";
import { isOp, type Op, type Shape, type Value } from "../../src/tensor/value.ts";
import { compositeKernels } from "./float64-composites.ts";

/** A tensor of the interpreter; indices are numbers too. */
export interface Tensor {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** Feeds by input name. */
export type Feeds = Readonly<Record<string, ArrayLike<number>>>;

export const size = (shape: Shape): number => shape.reduce((product, length) => product * length, 1);

/** Calls back with every index of a shape, in row-major order. */
const everyIndex = (shape: Shape, visit: (index: number[], at: number) => void): void => {
  const count = size(shape);
  for (let at = 0; at < count; at++) {
    const index: number[] = [];
    for (let axis = shape.length - 1, rest = at; axis >= 0; axis--) {
      index[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    visit(index, at);
  }
};

/** Place of an index; axes of length 1 stretch, and missing leading axes are ignored. */
const placeOf = (shape: Shape, index: readonly number[]): number => {
  const own = index.slice(index.length - shape.length);
  return own.reduce((at, i, axis) => at * shape[axis]! + (shape[axis] === 1 ? 0 : i), 0);
};

const tabulate = (shape: Shape, element: (index: number[]) => number): Tensor => {
  const data = new Float64Array(size(shape));
  everyIndex(shape, (index, at) => (data[at] = element(index)));
  return { shape, data };
};

const read = (tensor: Tensor, index: readonly number[]): number => tensor.data[placeOf(tensor.shape, index)]!;

type Kernel<O extends Op> = (value: Value<O>, inputs: readonly Tensor[]) => Tensor;

const unary =
  (f: (x: number) => number): Kernel<Op> =>
  (value, [x]) => ({ shape: value.shape, data: x!.data.map(f) });

const binary =
  (f: (a: number, b: number) => number): Kernel<Op> =>
  (value, [a, b]) =>
    tabulate(value.shape, (index) => f(read(a!, index), read(b!, index)));

const reduction =
  (f: (elements: number[]) => number): Kernel<"sum" | "mean" | "rmin" | "rmax" | "sumsq"> =>
  (value, [x]) => {
    const { axes, keep } = value.attributes;
    const groups: number[][] = Array.from({ length: size(value.shape) }, () => []);
    everyIndex(x!.shape, (index, at) => {
      const target = keep
        ? index.map((i, axis) => (axes.includes(axis) ? 0 : i))
        : index.filter((_, axis) => !axes.includes(axis));
      groups[placeOf(value.shape, target)]!.push(x!.data[at]!);
    });
    return { shape: value.shape, data: Float64Array.from(groups, f) };
  };

const total = (elements: readonly number[]): number => elements.reduce((sum, x) => sum + x, 0);

const lastAxis =
  (f: (row: number[]) => number[]): Kernel<"softmax" | "logSoftmax"> =>
  (value, [x]) => {
    const width = value.shape.at(-1)!;
    const data = new Float64Array(x!.data.length);
    for (let start = 0; start < data.length; start += width)
      data.set(f([...x!.data.subarray(start, start + width)]), start);
    return { shape: value.shape, data };
  };

const logSoftmax = (row: readonly number[]): number[] => {
  const greatest = Math.max(...row);
  const logTotal = Math.log(total(row.map((x) => Math.exp(x - greatest))));
  return row.map((x) => x - greatest - logTotal);
};

/** An operand's element at [...batch, row, column] as the product reads it. */
const operand = (tensor: Tensor, transposed: boolean) => {
  return (batch: readonly number[], row: number, column: number): number => {
    const own = batch.slice(batch.length - (tensor.shape.length - 2));
    return read(tensor, [...own, ...(transposed ? [column, row] : [row, column])]);
  };
};

const matmul: Kernel<"matmul"> = (value, [a, b, addTo]) => {
  const { transposeA, transposeB, alpha } = value.attributes;
  const left = operand(a!, transposeA);
  const right = operand(b!, transposeB);
  const inner = a!.shape.at(transposeA ? -2 : -1)!;
  return tabulate(value.shape, (index) => {
    const batch = index.slice(0, -2);
    const [row, column] = [index.at(-2)!, index.at(-1)!];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += left(batch, row, k) * right(batch, k, column);
    return alpha * sum + (addTo ? read(addTo, index) : 0);
  });
};

const copyOf = (tensor: Tensor): Tensor => ({ shape: tensor.shape, data: tensor.data.slice() });

const elsewhere = (): never => {
  throw new Error("computed by interpret");
};

const kernels: { readonly [O in Op]: Kernel<O> } = {
  input: elsewhere,
  constant: elsewhere,
  composite: elsewhere,
  stop: (_value, [x]) => x!,
  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => a / b),
  min: binary(Math.min),
  max: binary(Math.max),
  neg: unary((x) => -x),
  abs: unary(Math.abs),
  sign: unary(Math.sign),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  tanh: unary(Math.tanh),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  softmax: lastAxis((row) => logSoftmax(row).map(Math.exp)),
  logSoftmax: lastAxis(logSoftmax),
  sum: reduction(total),
  mean: reduction((elements) => total(elements) / elements.length),
  rmin: reduction((elements) => Math.min(...elements)),
  rmax: reduction((elements) => Math.max(...elements)),
  sumsq: reduction((elements) => total(elements.map((x) => x * x))),
  reshape: (value, [x]) => ({ shape: value.shape, data: x!.data }),
  expand: (value, [x]) => tabulate(value.shape, (index) => read(x!, index)),
  transpose: (value, [x]) => {
    const { permutation } = value.attributes;
    return tabulate(value.shape, (index) => {
      const source: number[] = [];
      for (const [axis, from] of permutation.entries()) source[from] = index[axis]!;
      return read(x!, source);
    });
  },
  slice: ({ shape, attributes: { axis, start } }, [x]) =>
    tabulate(shape, (index) => read(x!, index.with(axis, index[axis]! + start))),
  pad: ({ shape, attributes: { axis, before } }, [x]) =>
    tabulate(shape, (index) => {
      const from = index[axis]! - before;
      return from < 0 || from >= x!.shape[axis]! ? 0 : read(x!, index.with(axis, from));
    }),
  concat: ({ shape, attributes: { axis } }, inputs) =>
    tabulate(shape, (index) => {
      let at = index[axis]!;
      const source = inputs.find((x) => at < x.shape[axis]! || ((at -= x.shape[axis]!), false))!;
      return read(source, index.with(axis, at));
    }),
  matmul,
  gatherRows: (value, [table, rows]) =>
    tabulate(value.shape, (index) => read(table!, [read(rows!, index.slice(0, -1)), index.at(-1)!])),
  scatterAddRows: (_value, [base, rows, added]) => {
    const sum = copyOf(base!);
    everyIndex(added!.shape, (index, at) => {
      sum.data[placeOf(sum.shape, [read(rows!, index.slice(0, -1)), index.at(-1)!])]! += added!.data[at]!;
    });
    return sum;
  },
  scatterAddColumns: (_value, [base, columns, added]) => {
    const sum = copyOf(base!);
    everyIndex(added!.shape, (index, at) => {
      sum.data[placeOf(sum.shape, [index.at(-1)!, read(columns!, index.slice(0, -1))])]! += added!.data[at]!;
    });
    return sum;
  },
  takeLast: (value, [x, columns]) => tabulate(value.shape, ([row]) => read(x!, [row!, columns!.data[row!]!])),
  addLast: (_value, [x, columns, added]) => {
    const sum = copyOf(x!);
    for (const [row, column] of columns!.data.entries())
      sum.data[placeOf(sum.shape, [row, column])]! += added!.data[row]!;
    return sum;
  },
};

const runKernel = <O extends Op>(value: Value<O>, inputs: readonly Tensor[]): Tensor =>
  kernels[value.op](value, inputs);

/** How composites are computed: from their definitions, written out in float64-composites.ts, or by their expansions. */
export interface InterpretOptions {
  readonly expand?: boolean;
}

/** Computes values of a program, one after the other, with loops. */
export const interpret = (
  program: Program,
  outputs: Readonly<Record<string, Value>>,
  feeds: Feeds,
  { expand = false }: InterpretOptions = {},
): Record<string, Float64Array> => {
  const results = new Map<Value, Tensor>();
  const compute = (value: Value): Tensor => {
    if (isOp(value, "constant"))
      return { shape: value.shape, data: Float64Array.from(value.attributes.data) };
    if (isOp(value, "input")) {
      const feed = feeds[value.attributes.name];
      if (feed?.length !== size(value.shape)) throw new Error(`feed ${value.attributes.name}`);
      return { shape: value.shape, data: Float64Array.from(feed) };
    }
    if (isOp(value, "composite")) {
      const { name, parameters, expansion } = value.attributes;
      if (expand) return evaluate(expansion);
      return { shape: value.shape, data: compositeKernels[name]!(value.inputs.map(evaluate), parameters) };
    }
    return runKernel(value, value.inputs.map(evaluate));
  };
  const evaluate = (value: Value): Tensor => {
    const known = results.get(value);
    if (known) return known;
    const result = compute(value);
    if (result.data.length !== size(value.shape)) throw new Error(`${value.op} gave another shape`);
    results.set(value, result);
    return result;
  };
  if (Object.values(outputs).some((value) => program.nodes[value.id] !== value))
    throw new Error("an output of another program");
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, evaluate(value).data]));
};
