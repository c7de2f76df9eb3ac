/** @file Every operation's emission. A new primitive does not compile before it stands here. */
import type { Op } from "../../value.ts";
import type { Rules } from "../emission.ts";
import { elementwise } from "./elementwise.ts";
import { indexing } from "./indexing.ts";
import { kernels } from "./kernels.ts";
import { lastAxis } from "./last-axis.ts";
import { matmul } from "./matmul.ts";
import { movement } from "./movement.ts";
import { reductions } from "./reductions.ts";

/** Emission rules by operation. */
export const rules: Rules<Op> = {
  // The plan lets nothing read a stop, nor a composite without a kernel.
  stop: () => {},
  input: () => {},
  constant: (emission, value) =>
    emission.initializers.push({
      name: emission.nameOf(value),
      type: value.dtype,
      shape: value.shape,
      data: value.attributes.data,
    }),
  composite: (emission, value) => kernels[value.attributes.name]?.(emission, value),
  ...elementwise,
  ...lastAxis,
  ...reductions,
  ...movement,
  ...matmul,
  ...indexing,
};
