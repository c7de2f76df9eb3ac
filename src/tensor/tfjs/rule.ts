/** @file What an interpretation rule is: how one operation is computed by a backend's kernels. */
import type { Op, Shape, Value } from "../value.ts";
import type { KernelAttributes, KernelInputs, TfjsTensor } from "./runtime.ts";

/** What a rule computes with. Tensors that it makes on the way are disposed for it. */
export interface Kernels {
  run(name: string, inputs: KernelInputs, attributes?: KernelAttributes): TfjsTensor;
  /** A vector of int32, or a tensor of them. */
  integers(values: readonly number[], shape?: Shape): TfjsTensor;
  /** A tensor of ones. */
  ones(shape: Shape): TfjsTensor;
}

/** Computes one value. */
export interface Rule<O extends Op> {
  /** Every kernel that it may run; a backend without one of them refuses the program. */
  readonly kernels: readonly string[];
  /** @returns a tensor of its own, never one of `inputs` */
  compute(kernels: Kernels, value: Value<O>, inputs: readonly TfjsTensor[]): TfjsTensor;
}

/** The rules of some operations. */
export type Rules<O extends Op> = { readonly [Name in O]: Rule<Name> };
