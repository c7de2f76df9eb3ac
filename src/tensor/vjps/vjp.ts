/** @file What differentiates a primitive. */
import type { Program } from "../program.ts";
import type { Contribution, Op, Value } from "../value.ts";

/** Vector-Jacobian product: from a result and its cotangent, one contribution for each input, in order. */
export type Vjp<O extends Op> = (
  program: Program,
  result: Value<O>,
  cotangent: Value,
) => readonly Contribution[];

/** The VJPs of some operations. */
export type Vjps<O extends Op> = { readonly [Name in O]: Vjp<Name> };
