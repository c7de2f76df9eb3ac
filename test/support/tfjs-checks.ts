/** @file The tfjs engine against the float64 interpreter. */
import { openTfjsEngine } from "../../src/tensor/tfjs/engine.ts";
import type { TfjsBackend } from "../../src/tensor/tfjs/runtime.ts";
import { interpret } from "./float64-interpreter.ts";
import { casesOf } from "./tensor-cases.ts";
import { worstError } from "./tensor-checks.ts";

/** Worst error of an operation and its gradients on a backend against the interpreter. */
export const tfjsError = async (name: string, backend: TfjsBackend, cases = 21): Promise<number> => {
  const engine = await openTfjsEngine({ backend });
  const errors: number[] = [];
  for (const { program, feeds, outputs } of casesOf(name, cases)) {
    const executable = await engine.compile(program, outputs);
    errors.push(worstError(await executable.run(feeds), interpret(program, outputs, feeds)));
    await executable.release();
  }
  return Math.max(...errors);
};
