/** @file Every operation's interpretation. A new primitive does not compile before it stands here. */
import type { Op, Value } from "../../value.ts";
import type { Rule, Rules } from "../rule.ts";
import { elementwise } from "./elementwise.ts";
import { indexing } from "./indexing.ts";
import { lastAxis } from "./last-axis.ts";
import { matmul } from "./matmul.ts";
import { movement } from "./movement.ts";
import { reductions } from "./reductions.ts";

/** Operations that are computed: inputs and constants are given, stops and composites stand for others in a plan. */
export type ComputedOp = Exclude<Op, "input" | "constant" | "stop" | "composite">;

/** Interpretation rules by operation. */
export const rules: Rules<ComputedOp> = {
  ...elementwise,
  ...lastAxis,
  ...reductions,
  ...movement,
  ...matmul,
  ...indexing,
};

const byName: Readonly<Record<string, Rule<Op>>> = rules;

/** The rule that computes a step of a plan; none for inputs and constants. */
export const ruleOf = (step: Value): Rule<Op> | undefined => byName[step.op];
