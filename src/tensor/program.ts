/** @file A tensor program of static shapes: some thirty primitives, from which composites, gradients and whole training steps are built. */
import { ArithmeticProgram } from "./arithmetic-program.ts";
import { axisOf, broadcastShape, matmulShape, misfit, requireDType, requireShape } from "./shape.ts";
import { sameShape, showShape, sizeOf } from "./shape.ts";
import type { MatmulOptions, Shape, Value } from "./value.ts";

/**
 * Builds a program by calling methods; nothing is computed until an engine compiles and runs it.
 * {@link ArithmeticProgram} has the elementwise operations and reductions; here are movement, products and indexing.
 * Every method throws {@link EngineError} naming itself and the shapes when they do not fit.
 */
export class Program extends ArithmeticProgram {
  // --- movement ---

  /** The same elements in row-major order under another shape. */
  reshape(x: Value, shape: Shape): Value {
    requireShape("reshape", shape);
    if (sizeOf(shape) !== sizeOf(x.shape))
      throw misfit(
        "reshape",
        "shape",
        `of ${sizeOf(x.shape)} elements as ${showShape(x.shape)} has`,
        showShape(shape),
      );
    return this.append("reshape", [x], shape, {}, x.dtype);
  }
  /** x repeated along the axes where it has length 1, or none. */
  expand(x: Value, shape: Shape): Value {
    requireShape("expand", shape);
    if (!sameShape(broadcastShape("expand", x.shape, shape), shape))
      throw misfit("expand", "shape", `one that ${showShape(x.shape)} broadcasts to`, showShape(shape));
    return this.append("expand", [x], shape, {}, x.dtype);
  }
  /** A tensor of one number. */
  filled(shape: Shape, x: number): Value {
    return shape.length === 0 ? this.operand(x) : this.expand(this.operand(x), shape);
  }
  /** Axis i of the result is axis `permutation[i]` of x. */
  transpose(x: Value, permutation: readonly number[]): Value {
    if (
      !sameShape(
        permutation.toSorted((a, b) => a - b),
        [...x.shape.keys()],
      )
    )
      throw misfit(
        "transpose",
        "permutation",
        `of the axes of ${showShape(x.shape)}`,
        showShape(permutation),
      );
    return this.append(
      "transpose",
      [x],
      permutation.map((axis) => x.shape[axis]!),
      { permutation },
      x.dtype,
    );
  }
  /** Elements [start, end) along an axis. */
  slice(x: Value, axis: number, start: number, end: number): Value {
    const at = axisOf("slice", x.shape, axis);
    if (
      !(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start < end && end <= x.shape[at]!)
    )
      throw misfit("slice", "range", `inside axis ${at} of ${showShape(x.shape)}`, `[${start}, ${end})`);
    return this.append("slice", [x], x.shape.with(at, end - start), { axis: at, start, end }, x.dtype);
  }
  /** Zeros before and after x along an axis. */
  pad(x: Value, axis: number, before: number, after: number): Value {
    const at = axisOf("pad", x.shape, axis);
    requireDType("pad", x, "float32");
    if (!(Number.isInteger(before) && Number.isInteger(after) && before >= 0 && after >= 0))
      throw misfit("pad", "widths", "integers from 0", `${before} and ${after}`);
    return this.append("pad", [x], x.shape.with(at, x.shape[at]! + before + after), {
      axis: at,
      before,
      after,
    });
  }
  /** Values one after the other along an axis. */
  concat(values: readonly Value[], axis: number): Value {
    const [first, ...rest] = values;
    if (!first) throw misfit("concat", "operands", "one or more", "none");
    const at = axisOf("concat", first.shape, axis);
    const odd = rest.find(
      (x) => x.dtype !== first.dtype || !sameShape(x.shape.with(at, 1), first.shape.with(at, 1)),
    );
    if (odd)
      throw misfit(
        "concat",
        "shapes",
        `equal but on axis ${at}`,
        `${showShape(first.shape)} and ${showShape(odd.shape)}`,
      );
    const length = values.reduce((sum, x) => sum + x.shape[at]!, 0);
    return this.append("concat", values, first.shape.with(at, length), { axis: at }, first.dtype);
  }

  // --- products ---

  /** alpha · A B, [..., M, K] by [..., K, N] giving [..., M, N], batch axes broadcast; with `addTo` [M, N] (rank 2 only), added to it. */
  matmul(a: Value, b: Value, options: MatmulOptions = {}, addTo?: Value): Value {
    requireDType("matmul", a, "float32");
    requireDType("matmul", b, "float32");
    const shape = matmulShape(a.shape, b.shape, options);
    const attributes = {
      transposeA: options.transposeA ?? false,
      transposeB: options.transposeB ?? false,
      alpha: options.alpha ?? 1,
    };
    if (!addTo) return this.append("matmul", [a, b], shape, attributes);
    if (shape.length !== 2 || !sameShape(addTo.shape, shape))
      throw misfit("matmul", "addTo", `of rank 2 and shape ${showShape(shape)}`, showShape(addTo.shape));
    return this.append("matmul", [a, b, addTo], shape, attributes);
  }
  /** x W + bias, and `addTo` [N, M] where it is given: x [N, K], weight [K, M], bias [M]. */
  linear(x: Value, weight: Value, bias?: Value, addTo?: Value): Value {
    const product = this.matmul(x, weight, {}, addTo);
    return bias ? this.add(product, bias) : product;
  }

  // --- indexing, by int32 values that must lie in range (engines do not agree on what happens else) ---

  /** Rows of a table: table [V, D], index [...] gives [..., D]. */
  gatherRows(table: Value, index: Value): Value {
    requireDType("gatherRows", index, "int32");
    this.#requireTable("gatherRows", table);
    return this.append("gatherRows", [table, index], [...index.shape, table.shape[1]!], {}, table.dtype);
  }
  /** base [V, D] with rows [..., D] added at index [...]; an index may repeat. */
  scatterAddRows(base: Value, index: Value, rows: Value): Value {
    requireDType("scatterAddRows", index, "int32");
    requireDType("scatterAddRows", rows, "float32");
    this.#requireTable("scatterAddRows", base);
    const expected = [...index.shape, base.shape[1]!];
    if (!sameShape(rows.shape, expected))
      throw misfit("scatterAddRows", "rows", `of shape ${showShape(expected)}`, showShape(rows.shape));
    return this.append("scatterAddRows", [base, index, rows], base.shape, {});
  }
  /** base [D, V] with rows [..., D] added at columns index [...]; an index may repeat. {@link Program.scatterAddRows} of a transposed table. */
  scatterAddColumns(base: Value, index: Value, rows: Value): Value {
    requireDType("scatterAddColumns", index, "int32");
    requireDType("scatterAddColumns", rows, "float32");
    this.#requireTable("scatterAddColumns", base);
    const expected = [...index.shape, base.shape[0]!];
    if (!sameShape(rows.shape, expected))
      throw misfit("scatterAddColumns", "rows", `of shape ${showShape(expected)}`, showShape(rows.shape));
    return this.append("scatterAddColumns", [base, index, rows], base.shape, {});
  }
  /** x[n, index[n]]: x [N, C], index [N] gives [N]. */
  takeLast(x: Value, index: Value): Value {
    this.#requireLast("takeLast", x, index, index);
    return this.append("takeLast", [x, index], index.shape, {});
  }
  /** x [N, C] with values [N] added at [n, index[n]]. */
  addLast(x: Value, index: Value, values: Value): Value {
    this.#requireLast("addLast", x, index, values);
    requireDType("addLast", values, "float32");
    return this.append("addLast", [x, index, values], x.shape, {});
  }

  #requireTable(op: string, table: Value): void {
    requireDType(op, table, "float32");
    if (table.shape.length !== 2) throw misfit(op, "table", "of rank 2", showShape(table.shape));
  }

  #requireLast(op: string, x: Value, index: Value, values: Value): void {
    requireDType(op, x, "float32");
    requireDType(op, index, "int32");
    const rows = x.shape.slice(0, 1);
    if (x.shape.length !== 2 || !sameShape(index.shape, rows) || !sameShape(values.shape, rows))
      throw misfit(
        op,
        "shapes",
        "[N, C] and [N]",
        [x, index, values].map((value) => showShape(value.shape)).join(", "),
      );
  }
}
