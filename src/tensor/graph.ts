/** @file The tape under a program: inputs, constants, and nodes in the order they were made. */
import { misfit, requireDType, requireShape, showShape, sizeOf } from "./shape.ts";
import type { Composite, DType, Instructions, Op, Shape, TensorData, Value } from "./value.ts";

/** What arithmetic takes: a value, or a number that becomes a scalar constant. */
export type Operand = Value | number;

/** An append-only list of nodes. A node's inputs come before it, so the list is already in an order that can be run. */
export class Graph {
  readonly nodes: Value[] = [];
  readonly inputs: Map<string, Value<"input">> = new Map();
  readonly #constants = new Map<string, Value<"constant">>();
  readonly #keepers = new Map<Value, Value<"composite">>();

  /** Appends a node of any operation; its shape has been checked by the caller. */
  append<O extends Op>(
    op: O,
    inputs: Instructions[O]["inputs"],
    shape: Shape,
    attributes: Instructions[O]["attributes"],
    dtype: DType = "float32",
  ): Value<O> {
    const foreign = inputs.find((value) => this.nodes[value.id] !== value);
    if (foreign)
      throw misfit(op, "operands", "values of the same program", `${foreign.op} ${showShape(foreign.shape)}`);
    const value: Value<O> = { id: this.nodes.length, op, inputs, shape, dtype, attributes };
    this.nodes.push(value);
    return value;
  }

  /** A tensor that each run is fed under `name`. @throws {EngineError} when the name is taken or the shape is not positive integers. */
  input(name: string, shape: Shape, dtype: DType = "float32"): Value<"input"> {
    requireShape("input", shape);
    if (this.inputs.has(name)) throw misfit("input", "name", "new to the program", `"${name}"`);
    const value = this.append("input", [], shape, { name }, dtype);
    this.inputs.set(name, value);
    return value;
  }

  /** A tensor fixed at build time, made once a `key`. @throws {EngineError} when `make` gives another number of elements than `shape` has. */
  constant(key: string, shape: Shape, make: () => TensorData): Value<"constant"> {
    const known = this.#constants.get(key);
    if (known) return known;
    const data = make();
    requireShape("constant", shape);
    if (data.length !== sizeOf(shape))
      throw misfit("constant", "length", `${sizeOf(shape)} for ${showShape(shape)}`, String(data.length));
    const dtype = data instanceof Int32Array ? "int32" : "float32";
    const value = this.append("constant", [], shape, { data }, dtype);
    this.#constants.set(key, value);
    return value;
  }

  /** A number as a scalar constant; a value as it is. */
  operand(x: Operand): Value {
    return typeof x === "number" ? this.constant(`scalar ${x}`, [], () => Float32Array.of(x)) : x;
  }

  /** Appends a composite: same result as its expansion, with a gradient of its own. `composites/` has them all, one a file. */
  composite(inputs: readonly Value[], composite: Composite): Value<"composite"> {
    const { expansion, kept, name } = composite;
    requireDType(name, expansion, "float32");
    const value = this.append("composite", inputs, expansion.shape, composite);
    for (const inner of Object.values(kept)) this.#keepers.set(inner, value);
    return value;
  }

  /** The composite whose kernel gives this value beside its result, if there is one. */
  keeperOf(value: Value): Value<"composite"> | undefined {
    return this.#keepers.get(value);
  }
}
