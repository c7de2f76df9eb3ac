/** @file The four programs of a GPT run: losses, a whole step, a step with weights from outside, and the next token. */
import { gradients } from "../tensor/gradient.ts";
import { Program } from "../tensor/program.ts";
import type { Value } from "../tensor/value.ts";
import { emitWeights, isFusible } from "../weighing/final-weights.ts";
import type { WeighingOptions } from "../weighing/options.ts";
import { type Gpt, declareGpt, nextTokenLogits, rowLosses } from "./gpt.ts";
import type { GptSizes } from "./gpt-parameters.ts";
import type { TrainingOptions } from "./options.ts";
import { programArithmetic } from "./program-arithmetic.ts";

/** A program and what it computes. Its inputs are the parameters by name, `tokens` [B, T], and what each function says. */
export interface ProgramOutputs {
  readonly program: Program;
  readonly outputs: Readonly<Record<string, Value>>;
}

/** Rows and tokens a row of one run: B and T. */
export interface RunShape {
  readonly rows: number;
  readonly seqLen: number;
}

/** Whether a step is one graph, weights and all: micro-batches and some options need the losses outside first. */
export const weighsInGraph = (
  { batchSize, microBatchSize }: Pick<TrainingOptions, "batchSize" | "microBatchSize">,
  weighing: WeighingOptions,
): boolean => isFusible(weighing) && (microBatchSize ?? batchSize) === batchSize;

/** Output name of a parameter's gradient. */
export const gradientName = (parameter: string): string => `gradient of ${parameter}`;
/** Input name of the gradient summed over the micro-batches before. */
export const gradientSoFarName = (parameter: string): string => `gradient so far of ${parameter}`;

const begin = (sizes: GptSizes, { rows, seqLen }: RunShape): { gpt: Gpt; tokens: Value } => {
  const gpt = declareGpt(new Program(), sizes);
  return { gpt, tokens: gpt.program.input("tokens", [rows, seqLen], "int32") };
};

/** Every parameter's gradient and their global norm, which says whether an update is sound and how far it may go. */
const gradientOutputs = (
  { program, parameters }: Gpt,
  losses: Value,
  weights: Value,
  soFar?: readonly Value[],
): Record<string, Value> => {
  const found = gradients(program, [[losses, weights]], [...parameters.values()], soFar);
  const squares = found.reduce<Value | undefined>((sum, gradient) => {
    const square = program.sumsq(gradient);
    return sum ? program.add(sum, square) : square;
  }, undefined);
  const named = [...parameters.keys()].map((name, at) => [gradientName(name), found[at]!] as const);
  return { gradientNorm: program.sqrt(squares!), ...Object.fromEntries(named) };
};

/** Forward only. Outputs `losses` [B]. */
export const lossProgram = (sizes: GptSizes, shape: RunShape): ProgramOutputs => {
  const { gpt, tokens } = begin(sizes, shape);
  return { program: gpt.program, outputs: { losses: rowLosses(gpt, tokens) } };
};

/**
 * A whole step in one run, weights and all: the gradient of Σ w_i·ℓ_i with w computed from the stopped losses.
 * Inputs `inverseR` [] and `correction` [B]. Outputs `losses` [B], `weights` [B], `gradientNorm` [] and every parameter's gradient.
 * @throws {ConfigError} when these options cannot run inside a graph
 */
export const fusedProgram = (sizes: GptSizes, shape: RunShape, weighing: WeighingOptions): ProgramOutputs => {
  const { gpt, tokens } = begin(sizes, shape);
  const { program } = gpt;
  const losses = rowLosses(gpt, tokens);
  const weights = emitWeights(programArithmetic(program), weighing, {
    losses: program.stop(losses),
    inverseR: program.input("inverseR", []),
    correction: program.input("correction", [shape.rows]),
  });
  return { program, outputs: { losses, weights, ...gradientOutputs(gpt, losses, weights) } };
};

/**
 * The gradient of Σ w_i·ℓ_i for weights from outside: input `weights` [B], outputs `gradientNorm` [] and every parameter's gradient;
 * with `accumulate` added to inputs of {@link gradientSoFarName}, whose buffers may be those of the outputs.
 */
export const weightedProgram = (sizes: GptSizes, shape: RunShape, accumulate: boolean): ProgramOutputs => {
  const { gpt, tokens } = begin(sizes, shape);
  const { program, parameters } = gpt;
  const soFar = accumulate
    ? [...parameters].map(([name, { shape }]) => program.input(gradientSoFarName(name), shape))
    : undefined;
  const weights = program.input("weights", [shape.rows]);
  return { program, outputs: gradientOutputs(gpt, rowLosses(gpt, tokens), weights, soFar) };
};

/** One row, forward only. Input `position` [1]; outputs `logits` [1, V] of the token after it. */
export const nextTokenProgram = (sizes: GptSizes): ProgramOutputs => {
  const { gpt, tokens } = begin(sizes, { rows: 1, seqLen: sizes.context });
  const position = gpt.program.input("position", [1], "int32");
  return { program: gpt.program, outputs: { logits: nextTokenLogits(gpt, tokens, position) } };
};
