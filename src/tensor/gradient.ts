/** @file Reverse-mode differentiation: appends to a program the nodes that compute gradients. */
import type { Program } from "./program.ts";
import { misfit, requireDType, sameShape, showShape } from "./shape.ts";
import type { Contribution, Op, Value } from "./value.ts";
import { vjps } from "./vjps/table.ts";

/** Values that change when one of `sources` does, as far as gradients see. */
const dependents = (program: Program, sources: readonly Value[]): ReadonlySet<Value> => {
  const found = new Set(sources);
  for (const value of program.nodes)
    if (value.op !== "stop" && value.inputs.some((input) => found.has(input))) found.add(value);
  return found;
};

const contributionsOf = <O extends Op>(
  program: Program,
  value: Value<O>,
  cotangent: Value,
): readonly Contribution[] => vjps[value.op](program, value, cotangent);

const requireSame = (subject: string, value: Value, expected: Value): void => {
  for (const operand of [value, expected]) requireDType("gradients", operand, "float32");
  if (!sameShape(value.shape, expected.shape))
    throw misfit("gradients", subject, `of shape ${showShape(expected.shape)}`, showShape(value.shape));
};

/**
 * Σ over seeds (y, dy) of dyᵀ·∂y/∂x, for each x of `wrt` (vector-Jacobian products in reverse tape order).
 *
 * A per-sample weighting is a seed: `[[losses, weights]]` gives Σᵢ wᵢ ∇ℓᵢ, with weights computed from
 * `stop(losses)` in the graph or fed as an input.
 *
 * @param seeds values and their cotangents, of the same shapes
 * @param wrt   values to differentiate by; one that no seed depends on gets zeros
 * @param onto  sums to add the gradients to, one for each of `wrt`, all inputs: how gradients of micro-batches
 *              accumulate without a pass of their own
 * @returns shapes of `wrt`, in its order
 * @throws {EngineError} when shapes or types do not fit. Appends O(nodes) nodes; runs nothing.
 */
export const gradients = (
  program: Program,
  seeds: readonly (readonly [value: Value, cotangent: Value])[],
  wrt: readonly Value[],
  onto: readonly Value[] = [],
): Value[] => {
  const cotangents = new Map<Value, Value>();
  const accumulate = (value: Value, part: Value): void => {
    const sum = cotangents.get(value);
    cotangents.set(value, sum ? program.add(sum, part) : part);
  };
  for (const [at, sum] of onto.entries()) {
    const source = wrt[at];
    if (source?.op !== "input")
      throw misfit("gradients", "onto", "one sum for each input of wrt", `${onto.length}`);
    requireSame("onto", sum, source);
    cotangents.set(source, sum);
  }
  for (const [value, cotangent] of seeds) {
    requireSame("seed", cotangent, value);
    accumulate(value, cotangent);
  }

  const reached = dependents(program, wrt);
  for (const value of program.nodes.toReversed()) {
    const cotangent = cotangents.get(value);
    if (!cotangent || !value.inputs.some((input) => reached.has(input))) continue;
    const contributions = contributionsOf(program, value, cotangent);
    for (const [at, input] of value.inputs.entries()) {
      const contribution = contributions[at];
      if (!contribution || !reached.has(input)) continue;
      if (typeof contribution === "function") accumulate(input, contribution());
      else cotangents.set(input, contribution.into(cotangents.get(input)));
    }
  }
  return wrt.map((source) => cotangents.get(source) ?? program.filled(source.shape, 0));
};
