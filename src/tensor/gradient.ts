/** @file Reverse-mode differentiation: appends to a program the nodes that compute gradients. */
import type { Program } from "./program.ts";
import type { Value } from "./value.ts";

export declare const gradients: (
  program: Program,
  seeds: readonly (readonly [Value, Value])[],
  wrt: readonly Value[],
  onto?: readonly Value[],
) => Value[];
