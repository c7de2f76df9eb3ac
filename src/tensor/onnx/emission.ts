/** @file The graph while it is being written: names, nodes and shared constants. What emission rules write to. */
import type { Plan } from "../plan.ts";
import { isOp, type Op, type Shape, type Value } from "../value.ts";
import type { OnnxAttributes, OnnxInitializer, OnnxNode } from "./model.ts";

/** Execution provider that the graph is meant for. Both run every graph; some operators are slow or absent on one. */
export type Backend = "cpu" | "webgpu";

/** Writes the nodes that compute one value. */
export type Rule<O extends Op> = (emission: Emission, value: Value<O>) => void;

/** The rules of some operations. */
export type Rules<O extends Op> = { readonly [Name in O]: Rule<Name> };

/** Collects nodes and initializers; names a value after the input or output it is, and by its place in the tape otherwise. */
export class Emission {
  readonly backend: Backend;
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];
  readonly #plan: Plan;
  readonly #outputNames: ReadonlyMap<Value, string>;
  readonly #shared: Set<string> = new Set();

  /** @param outputNames names of resolved values that are outputs of the graph */
  constructor(plan: Plan, outputNames: ReadonlyMap<Value, string>, backend: Backend) {
    this.#plan = plan;
    this.#outputNames = outputNames;
    this.backend = backend;
  }

  /** Name of the tensor that holds a value. */
  nameOf(value: Value): string {
    const source = this.#plan.resolve(value);
    if (isOp(source, "input")) return source.attributes.name;
    return this.#outputNames.get(source) ?? `#${source.id}`;
  }

  /** Whether anything reads a value. */
  isRead(value: Value): boolean {
    return this.#plan.isRead(value);
  }

  /** Writes a node whose last result is `value`. */
  give(
    value: Value,
    type: string,
    inputs: readonly string[],
    attributes?: OnnxAttributes,
    domain?: string,
  ): void {
    this.node(type, inputs, [this.nameOf(value)], attributes, domain);
  }

  /** Writes a node for a tensor on the way to `value`. @returns its name */
  step(
    value: Value,
    name: string,
    type: string,
    inputs: readonly string[],
    attributes?: OnnxAttributes,
  ): string {
    const output = `${this.nameOf(value)}/${name}`;
    this.node(type, inputs, [output], attributes);
    return output;
  }

  /** A value with its last two axes swapped, written once for all that ask for it. @returns its name */
  transposed(value: Value): string {
    const axes = [...value.shape.keys()];
    const perm = { ints: [...axes.slice(0, -2), axes.length - 1, axes.length - 2] };
    return this.#once(`${this.nameOf(value)}/transposed`, (name) =>
      this.node("Transpose", [this.nameOf(value)], [name], { perm }),
    );
  }

  /** Writes a node. */
  node(
    type: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: OnnxAttributes = {},
    domain = "",
  ): void {
    this.nodes.push({ type, domain, inputs, outputs, attributes });
  }

  /** A vector of int64 in the model, shared by all that ask for the same: shapes, axes, bounds. @returns its name */
  integers(values: readonly number[]): string {
    return this.#once(`int64 ${values.join(" ")}`, (name) => {
      const data = BigInt64Array.from(values, BigInt);
      this.initializers.push({ name, type: "int64", shape: [values.length], data });
    });
  }

  /** A tensor of one number in the model, shared likewise. @returns its name */
  filled(shape: Shape, x: number): string {
    return this.#once(`filled ${shape.join(" ")}: ${x}`, (name) => {
      const data = new Float32Array(shape.reduce((size, length) => size * length, 1)).fill(x);
      this.initializers.push({ name, type: "float32", shape, data });
    });
  }

  #once(name: string, make: (name: string) => void): string {
    if (!this.#shared.has(name)) make(name);
    this.#shared.add(name);
    return name;
  }
}
