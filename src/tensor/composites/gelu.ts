/** @file The Gaussian error linear unit in its tanh form, and its gradient. */
import type { Program } from "../program.ts";
import type { Value } from "../value.ts";

const LINEAR = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/** σ(2·√(2/π)·(x + 0.044715 x³)), the factor that x is multiplied with. */
const gate = (program: Program, x: Value, square: Value): Value =>
  program.sigmoid(program.mul(x, program.add(program.mul(square, 2 * LINEAR * CUBIC), 2 * LINEAR)));

/**
 * gelu(x) = ½x·(1 + tanh(√(2/π)·(x + 0.044715 x³))) = x·s, s = σ(2·√(2/π)·(x + 0.044715 x³))  (arXiv:1606.08415 §2; GPT-2 uses this form).
 *
 * Derivative: s·(1 + (x − y)·k), y = gelu(x), k = 2·√(2/π)·(1 + 3·0.044715 x²): the result is used again, one pass less.
 *
 * @param x any shape
 * @returns the shape of x
 */
export const gelu = (program: Program, x: Value): Value =>
  program.composite([x], {
    name: "gelu",
    parameters: {},
    expansion: program.mul(x, gate(program, x, program.mul(x, x))),
    kept: {},
    pullback: (y, cotangent) => [
      () => {
        const square = program.mul(x, x);
        const slope = program.add(program.mul(square, 6 * LINEAR * CUBIC), 2 * LINEAR);
        const inner = program.add(program.mul(program.sub(x, y), slope), 1);
        return program.mul(cotangent, program.mul(gate(program, x, square), inner));
      },
    ],
  });
