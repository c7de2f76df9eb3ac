/** @file The primitives that compute numbers in place: elementwise, reductions, softmax. The lower half of {@link Program}. */
import { Graph, type Operand } from "./graph.ts";
import { axisOf, broadcastShape, reducedShape, requireDType } from "./shape.ts";
import type { Value } from "./value.ts";

type Binary = "add" | "sub" | "mul" | "div" | "min" | "max";
type Unary = "neg" | "abs" | "sign" | "exp" | "log" | "sqrt" | "tanh" | "sigmoid" | "softmax" | "logSoftmax";
type Reducing = "sum" | "mean" | "rmin" | "rmax" | "sumsq";

/** Programs of elementwise operations and reductions. Operands broadcast as in NumPy; numbers are scalars; axes count from either end. */
export class ArithmeticProgram extends Graph {
  #binary(op: Binary, x: Operand, y: Operand): Value {
    const a = this.operand(x);
    const b = this.operand(y);
    requireDType(op, a, "float32");
    requireDType(op, b, "float32");
    return this.append(op, [a, b], broadcastShape(op, a.shape, b.shape), {});
  }

  #unary(op: Unary, x: Value): Value {
    requireDType(op, x, "float32");
    return this.append(op, [x], x.shape, {});
  }

  #reduction(op: Reducing, x: Value, axes: readonly number[] | undefined, keep: boolean): Value {
    requireDType(op, x, "float32");
    const ordered = (axes ?? [...x.shape.keys()])
      .map((axis) => axisOf(op, x.shape, axis))
      .toSorted((a, b) => a - b);
    return this.append(op, [x], reducedShape(x.shape, ordered, keep), { axes: ordered, keep });
  }

  // --- elementwise ---

  /** a + b. */
  add(a: Operand, b: Operand): Value {
    return this.#binary("add", a, b);
  }
  /** a − b. */
  sub(a: Operand, b: Operand): Value {
    return this.#binary("sub", a, b);
  }
  /** a · b, element by element. */
  mul(a: Operand, b: Operand): Value {
    return this.#binary("mul", a, b);
  }
  /** a / b. */
  div(a: Operand, b: Operand): Value {
    return this.#binary("div", a, b);
  }
  /** The smaller of a and b; the gradient of a tie is halved between them. */
  min(a: Operand, b: Operand): Value {
    return this.#binary("min", a, b);
  }
  /** The larger of a and b; the gradient of a tie is halved between them. */
  max(a: Operand, b: Operand): Value {
    return this.#binary("max", a, b);
  }
  /** −x. */
  neg(x: Value): Value {
    return this.#unary("neg", x);
  }
  /** |x|; the gradient at 0 is 0. */
  abs(x: Value): Value {
    return this.#unary("abs", x);
  }
  /** −1, 0 or 1; its gradient is 0 everywhere. */
  sign(x: Value): Value {
    return this.#unary("sign", x);
  }
  /** eˣ. */
  exp(x: Value): Value {
    return this.#unary("exp", x);
  }
  /** Natural logarithm. Slow on large tensors in ONNX Runtime: 1.5-2.9 ms a million elements. */
  log(x: Value): Value {
    return this.#unary("log", x);
  }
  /** Square root. */
  sqrt(x: Value): Value {
    return this.#unary("sqrt", x);
  }
  /** Hyperbolic tangent. */
  tanh(x: Value): Value {
    return this.#unary("tanh", x);
  }
  /** 1 / (1 + e⁻ˣ). */
  sigmoid(x: Value): Value {
    return this.#unary("sigmoid", x);
  }
  /** x itself, through which no gradient flows. Costs nothing at run time. */
  stop(x: Value): Value {
    return this.append("stop", [x], x.shape, {}, x.dtype);
  }

  // --- reductions, over all axes when none are given ---

  /** Sum. */
  sum(x: Value, axes?: readonly number[], keep = false): Value {
    return this.#reduction("sum", x, axes, keep);
  }
  /** Mean. */
  mean(x: Value, axes?: readonly number[], keep = false): Value {
    return this.#reduction("mean", x, axes, keep);
  }
  /** Smallest element; ties share the gradient. */
  rmin(x: Value, axes?: readonly number[], keep = false): Value {
    return this.#reduction("rmin", x, axes, keep);
  }
  /** Largest element; ties share the gradient. */
  rmax(x: Value, axes?: readonly number[], keep = false): Value {
    return this.#reduction("rmax", x, axes, keep);
  }
  /** Sum of squares. */
  sumsq(x: Value, axes?: readonly number[], keep = false): Value {
    return this.#reduction("sumsq", x, axes, keep);
  }

  // --- along the last axis ---

  /** eˣ / Σeˣ, computed from x − max x. */
  softmax(x: Value): Value {
    return this.#unary("softmax", x);
  }
  /** x − log Σeˣ, computed from x − max x. */
  logSoftmax(x: Value): Value {
    return this.#unary("logSoftmax", x);
  }
}
