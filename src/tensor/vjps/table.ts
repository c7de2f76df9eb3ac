/** @file Every operation's gradient. A new primitive does not compile before it stands here. */
import type { Op } from "../value.ts";
import { elementwise } from "./elementwise.ts";
import { indexing } from "./indexing.ts";
import { lastAxis } from "./last-axis.ts";
import { matmul } from "./matmul.ts";
import { movement } from "./movement.ts";
import { reductions } from "./reductions.ts";
import type { Vjps } from "./vjp.ts";

/** VJPs by operation; a composite brings its own. */
export const vjps: Vjps<Op> = {
  input: () => [],
  constant: () => [],
  composite: (_program, result, cotangent) => result.attributes.pullback(result, cotangent),
  ...elementwise,
  ...lastAxis,
  ...reductions,
  ...movement,
  ...matmul,
  ...indexing,
};
