/** @file A program as plain kernels want it: factors and sums spelled out, and nothing computed twice. */
import { planOf } from "../plan.ts";
import { Program } from "../program.ts";
import { sizeOf } from "../shape.ts";
import { type Value, isOp } from "../value.ts";

/** A program and what it computes. */
export interface Lowered {
  readonly program: Program;
  readonly outputs: Readonly<Record<string, Value>>;
}

/** What makes two steps the same: an operation, what it reads, and how. */
const keyOf = (step: Value, inputs: readonly Value[]): string =>
  JSON.stringify([step.op, inputs.map(({ id }) => id), step.shape, step.attributes]);

/** A copy of some steps, in which the same operation on the same values is one value. */
class SharingCopy {
  readonly program: Program = new Program();
  readonly #known: Map<string, Value> = new Map();

  /** The copy of a step whose inputs are copied already. */
  add(step: Value, inputs: readonly Value[]): Value {
    if (isOp(step, "input")) return this.program.input(step.attributes.name, step.shape, step.dtype);
    if (isOp(step, "constant")) {
      const { data } = step.attributes;
      return this.program.constant(`${step.id}`, step.shape, () => data);
    }
    if (isOp(step, "matmul")) return this.#product(step, inputs);
    const { op, shape, attributes, dtype } = step;
    return this.#once(keyOf(step, inputs), () => this.program.append(op, inputs, shape, attributes, dtype));
  }

  /** The product of the operands, times the factor, plus the sum. */
  #product(step: Value<"matmul">, [left, right, addTo]: readonly Value[]): Value {
    const { transposeA, transposeB, alpha } = step.attributes;
    const sizes = [left!, right!, step].map(({ shape }) => sizeOf(shape));
    // The factor meets what is smallest, an operand or the product.
    const smallest = alpha === 1 ? -1 : sizes.indexOf(Math.min(...sizes));
    const scaled = (x: Value, at: number): Value => (at === smallest ? this.#scaled(x, alpha) : x);
    const [a, b] = [scaled(left!, 0), scaled(right!, 1)];
    const product = this.#shared("product", [a, b, transposeA, transposeB], () =>
      this.program.matmul(a, b, { transposeA, transposeB }),
    );
    const found = scaled(product, 2);
    return addTo ? this.#shared("add", [found, addTo], () => this.program.add(found, addTo)) : found;
  }

  #scaled(x: Value, factor: number): Value {
    return this.#shared("scaled", [x, factor], () => this.program.mul(x, factor));
  }

  #shared(name: string, parts: readonly (Value | number | boolean)[], make: () => Value): Value {
    const key = [name, ...parts.map((part) => (typeof part === "object" ? `#${part.id}` : part))].join(" ");
    return this.#once(key, make);
  }

  #once(key: string, make: () => Value): Value {
    const value = this.#known.get(key) ?? make();
    this.#known.set(key, value);
    return value;
  }
}

/**
 * Rewrites what some outputs need, for kernels that do no more than their name says:
 *
 * 1. Composites become their expansions, stops what they stop.
 * 2. A product's factor is a multiplication of the smallest of three, its sum an addition.
 * 3. Steps of the same operation, inputs and attributes become one: what a gradient computes again is kept from the forward pass.
 *
 * @returns a program of its own with the same inputs by name, as far as they are needed. O(nodes).
 */
export const lower = (program: Program, outputs: Readonly<Record<string, Value>>): Lowered => {
  const plan = planOf(program, Object.values(outputs));
  const copy = new SharingCopy();
  const images = new Map<Value, Value>();
  const imageOf = (value: Value): Value => images.get(plan.resolve(value))!;
  for (const step of plan.steps) images.set(step, copy.add(step, step.inputs.map(imageOf)));
  return {
    program: copy.program,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, imageOf(value)])),
  };
};
