/** @file A program interpreted by TensorFlow.js: one kernel after the other, each tensor freed after its last reader. */
import { EngineError } from "../../errors.ts";
import { checkBuffer } from "../check-buffer.ts";
import type { Executable, Tensors } from "../engine.ts";
import type { Plan } from "../plan.ts";
import { sizeOf } from "../shape.ts";
import { type TensorData, type Value, isOp } from "../value.ts";
import { firstLine } from "./load.ts";
import type { Kernels } from "./rule.ts";
import { ruleOf } from "./rules/table.ts";
import type { Tfjs, TfjsBackend, TfjsTensor } from "./runtime.ts";
import { type ScheduledStep, schedule } from "./schedule.ts";

/** Makes a started backend the thread's current one: engines of several backends may share a thread. */
export const select = (tfjs: Tfjs, backend: TfjsBackend): void => {
  // Of a backend that has started, setBackend does all before its first await, and nothing can come between it and a run.
  if (tfjs.getBackend() !== backend) void tfjs.setBackend(backend);
};

/** Runs on the calling thread until it is done: keep it in a worker. */
export class TfjsExecutable implements Executable {
  readonly #tfjs: Tfjs;
  readonly #backend: TfjsBackend;
  readonly #kernels: Kernels;
  readonly #outputs: Readonly<Record<string, Value>>;
  readonly #constants: Map<Value, TfjsTensor> = new Map();
  #steps: readonly ScheduledStep[] | undefined;

  /** The backend must be the current one: constants are put there, until `release`. */
  constructor(tfjs: Tfjs, backend: TfjsBackend, plan: Plan, outputs: Readonly<Record<string, Value>>) {
    this.#tfjs = tfjs;
    this.#backend = backend;
    this.#outputs = outputs;
    this.#steps = schedule(plan, outputs);
    const core = tfjs.engine();
    this.#kernels = {
      run: (name, inputs, attributes = {}) => core.runKernel(name, inputs, attributes),
      integers: (values, shape = [values.length]) => tfjs.tensor(Int32Array.from(values), shape, "int32"),
      ones: (shape) => tfjs.tensor(new Float32Array(sizeOf(shape)).fill(1), shape, "float32"),
    };
    for (const { value } of this.#steps)
      if (isOp(value, "constant"))
        this.#constants.set(value, tfjs.keep(tfjs.tensor(value.attributes.data, value.shape, value.dtype)));
  }

  async run(feeds: Readonly<Tensors>, fetches: Readonly<Tensors> = {}): Promise<Tensors> {
    const steps = this.#steps;
    if (!steps) throw new EngineError("a released program cannot run");
    for (const [name, target] of Object.entries(fetches))
      if (this.#outputs[name]) checkBuffer("fetch", name, this.#outputs[name], target);
    for (const { value } of steps)
      if (isOp(value, "input"))
        checkBuffer("feed", value.attributes.name, value, feeds[value.attributes.name]);
    select(this.#tfjs, this.#backend);
    const found: Tensors = {};
    try {
      // Frees what is left when a kernel throws.
      this.#tfjs.tidy(() => this.#interpret(steps, feeds, found));
    } catch (cause) {
      throw new EngineError(`the runtime failed: ${firstLine(cause)}`, {}, cause);
    }
    return Object.fromEntries(
      Object.entries(found).map(([name, data]) => {
        fetches[name]?.set(data);
        return [name, fetches[name] ?? data];
      }),
    );
  }

  #interpret(steps: readonly ScheduledStep[], feeds: Readonly<Tensors>, found: Tensors): void {
    // On the cpu a tensor lies in the array that it was made of, and so does what is read of it or of its reshapes.
    const taken = new Set([...Object.values(feeds), ...this.#constantData()].map(({ buffer }) => buffer));
    const tensors = new Map(this.#constants);
    for (const { value, inputs, outputs, releases } of steps) {
      const read = inputs.map((input) => tensors.get(input)!);
      const tensor = tensors.get(value) ?? this.#compute(value, read, feeds);
      tensors.set(value, tensor);
      for (const name of outputs) {
        const data = tensor.dataSync();
        found[name] = taken.has(data.buffer) ? data.slice() : data;
        taken.add(found[name].buffer);
      }
      for (const released of releases) if (!this.#constants.has(released)) tensors.get(released)!.dispose();
      for (const released of releases) tensors.delete(released);
    }
  }

  #constantData(): TensorData[] {
    return [...this.#constants.keys()].flatMap((value) =>
      isOp(value, "constant") ? [value.attributes.data] : [],
    );
  }

  #compute(value: Value, inputs: readonly TfjsTensor[], feeds: Readonly<Tensors>): TfjsTensor {
    if (isOp(value, "input")) {
      const feed: TensorData = feeds[value.attributes.name]!;
      return this.#tfjs.tensor(feed, value.shape, value.dtype);
    }
    return this.#tfjs.tidy(() => ruleOf(value)!.compute(this.#kernels, value, inputs));
  }

  async release(): Promise<void> {
    this.#steps = undefined;
    for (const constant of this.#constants.values()) constant.dispose();
    this.#constants.clear();
  }
}
