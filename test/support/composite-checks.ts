/** @file What every composite owes: its definition, its expansion and its gradient say the same. */
import { gradients } from "../../src/tensor/gradient.ts";
import { isOp } from "../../src/tensor/value.ts";
import { interpret } from "./float64-interpreter.ts";
import { casesOf, type TensorCase } from "./tensor-cases.ts";
import { engineError, gradientError, worstError } from "./tensor-checks.ts";

const expansionErrorOf = ({ program, feeds, result, outputs }: TensorCase): number => {
  if (!isOp(result, "composite")) return Infinity;
  const { expansion } = result.attributes;
  const names = Object.keys(outputs).filter((output) => output !== "result");
  const wrt = names.map((output) => program.inputs.get(output.replace("gradient ", ""))!);
  const found = gradients(program, [[expansion, program.inputs.get("cotangent")!]], wrt);
  const byExpansion = Object.fromEntries(names.map((output, at) => [output, found[at]!]));
  const expected = interpret(program, { ...byExpansion, result: expansion }, feeds);
  return Math.max(
    worstError(interpret(program, outputs, feeds), expected),
    worstError(interpret(program, outputs, feeds, { expand: true }), expected),
  );
};

/** Worst error of the expansion against the definition, and of the composite's own gradient against that of its expansion. */
export const expansionError = (name: string): number => Math.max(...casesOf(name, 25).map(expansionErrorOf));

/** All measures of a composite with their bounds, as `it.each` takes them. */
export const compositeChecks = [
  ["its expansion computes its definition, and its gradient is that of its expansion", expansionError, 1e-7],
  ["its gradient agrees with finite differences", gradientError, 1e-7],
  ["it and its gradient on ONNX Runtime agree with the float64 interpreter", engineError, 3e-6],
] as const;
