/** @file The three programs of a linear regression: losses, a whole step, and a step with weights from outside. */
import { gradients } from "../tensor/gradient.ts";
import { Program } from "../tensor/program.ts";
import type { Value } from "../tensor/value.ts";
import { emitWeights } from "../weighing/final-weights.ts";
import type { WeighingOptions } from "../weighing/options.ts";
import type { ProgramOutputs } from "./gpt-programs.ts";
import { programArithmetic } from "./program-arithmetic.ts";

interface Regression {
  readonly program: Program;
  /** θ, shape [D, 1]. */
  readonly parameters: Value;
  /** Shape [rows]. */
  readonly losses: Value;
}

/** ℓ = ½(x·θ − y)², from inputs `parameters` [D, 1], `x` [rows, D] and `y` [rows]. */
const declareRegression = (rows: number, dimensions: number): Regression => {
  const program = new Program();
  const parameters = program.input("parameters", [dimensions, 1]);
  const predictions = program.matmul(program.input("x", [rows, dimensions]), parameters);
  const errors = program.sub(program.reshape(predictions, [rows]), program.input("y", [rows]));
  return { program, parameters, losses: program.mul(program.mul(errors, errors), 0.5) };
};

const gradientOf = ({ program, parameters, losses }: Regression, weights: Value): Value =>
  gradients(program, [[losses, weights]], [parameters])[0]!;

/** Forward only. Outputs `losses` [rows]. */
export const regressionLosses = (rows: number, dimensions: number): ProgramOutputs => {
  const { program, losses } = declareRegression(rows, dimensions);
  return { program, outputs: { losses } };
};

/**
 * A whole step in one run: inputs `inverseR` [] and `correction` [rows] besides; outputs `losses` [rows], `weights` [rows], `gradient` [D, 1].
 * @throws {ConfigError} when these options cannot run inside a graph
 */
export const fusedRegression = (
  rows: number,
  dimensions: number,
  weighing: WeighingOptions,
): ProgramOutputs => {
  const regression = declareRegression(rows, dimensions);
  const { program, losses } = regression;
  const weights = emitWeights(programArithmetic(program), weighing, {
    losses: program.stop(losses),
    inverseR: program.input("inverseR", []),
    correction: program.input("correction", [rows]),
  });
  return { program, outputs: { losses, weights, gradient: gradientOf(regression, weights) } };
};

/** The gradient of Σ w_i·ℓ_i for weights from outside: input `weights` [rows] besides; output `gradient` [D, 1]. */
export const weightedRegression = (rows: number, dimensions: number): ProgramOutputs => {
  const regression = declareRegression(rows, dimensions);
  const weights = regression.program.input("weights", [rows]);
  return { program: regression.program, outputs: { gradient: gradientOf(regression, weights) } };
};
