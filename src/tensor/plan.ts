/** @file What an engine has to compute for some outputs, and in which order. */
import type { Program } from "./program.ts";
import { isOp, type Value } from "./value.ts";

/** A program cut down to what its outputs need, on an engine with kernels for some composites. */
export interface Plan {
  /** Nodes to compute, inputs before what uses them. Composites among them are those with a kernel. */
  readonly steps: readonly Value[];
  /** The node that gives a value: stops and expanded composites stand for others. */
  resolve(value: Value): Value;
  /** Whether a step or an output reads it; a kernel need not give what nobody reads. */
  isRead(value: Value): boolean;
}

/**
 * Plans the computation of `outputs`.
 * A composite named in `kernels` is one step, which gives its kept values too; any other stands for its expansion.
 * @param kernels names of composites that the engine computes itself
 * @returns steps in tape order. O(nodes).
 */
export const planOf = (
  program: Program,
  outputs: readonly Value[],
  kernels: ReadonlySet<string> = new Set(),
): Plan => {
  const hasKernel = (value: Value): boolean => isOp(value, "composite") && kernels.has(value.attributes.name);
  const resolve = (value: Value): Value => {
    if (isOp(value, "stop")) return resolve(value.inputs[0]);
    if (isOp(value, "composite") && !hasKernel(value)) return resolve(value.attributes.expansion);
    return value;
  };
  const keeperOf = (value: Value): Value | undefined => {
    const keeper = program.keeperOf(value);
    return keeper && hasKernel(keeper) ? keeper : undefined;
  };

  const read = new Set<Value>();
  const steps = new Set<Value>();
  const pending = outputs.map(resolve);
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    read.add(value);
    const step = keeperOf(value) ?? value;
    if (steps.has(step)) continue;
    steps.add(step);
    pending.push(...step.inputs.map(resolve));
  }
  return {
    steps: [...steps].toSorted((a, b) => a.id - b.id),
    resolve,
    isRead: (value) => read.has(value),
  };
};
