/** @file What differentiates a primitive. */
import type { Program } from "../program.ts";
import type { Contribution, Op, Value } from "../value.ts";

/** Vector-Jacobian product: from a result y and its cotangent g, one contribution for each input, in order. */
export type Vjp<O extends Op> = (program: Program, y: Value<O>, g: Value) => readonly Contribution[];

/** The VJPs of some operations. */
export type Vjps<O extends Op> = { readonly [Name in O]: Vjp<Name> };
