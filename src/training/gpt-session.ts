/** @file A GPT in training: engine, parameters, optimiser. Lives in the worker thread, since an engine's run blocks the thread it is on. */
import { EngineError, mustBe } from "../errors.ts";
import { createFiles } from "../files.ts";
import type { Executable, Tensors } from "../tensor/engine.ts";
import { openEngine } from "../tensor/open-engine.ts";
import type { TensorData } from "../tensor/value.ts";
import type { WeighingOptions } from "../weighing/options.ts";
import { createAdamw } from "./adamw.ts";
import { type GptState, loadGpt, saveGpt } from "./gpt-checkpoint.ts";
import { type GptSizes, gptParameters, initialise } from "./gpt-parameters.ts";
import { type ProgramOutputs, type RunShape, fusedProgram, gradientName } from "./gpt-programs.ts";
import { gradientSoFarName, lossProgram, nextTokenProgram, weightedProgram } from "./gpt-programs.ts";
import type { EngineOptions, TrainingOptions } from "./options.ts";
import { createParameterMemory, type Region } from "./parameter-memory.ts";
import { loadPublished } from "./published-weights.ts";
import { learningRateAt } from "./schedule.ts";
import type { Tokens } from "./trainer.ts";

/** What a session is of; plain data, it crosses to the worker. */
export interface GptSessionOptions {
  readonly sizes: GptSizes;
  /** Folder of the weights to start from; left out or null to start afresh. */
  readonly from?: string | null;
  readonly training: TrainingOptions;
  readonly engine: EngineOptions;
  readonly seqLen: number;
  readonly steps: number;
  readonly seed: string | number;
  readonly endOfText: number | null;
  /** Weights inside the graph; null when they come from outside. */
  readonly weighing: WeighingOptions | null;
}

/** What a step did. */
export interface Updated {
  /** False when a loss or the gradient's norm is not finite: nothing has changed then. */
  readonly updated: boolean;
  readonly gradientNorm: number;
  readonly learningRate: number;
}

/** The calls that the main thread makes, one at a time. Tokens are row-major [rows, seqLen] and checked. */
export interface GptSession {
  describe(): Promise<{ readonly name: string; readonly parameterCount: number }>;
  /** A whole step in one run. `losses` and `weights` have shape [M]. */
  step(
    step: number,
    tokens: Tokens,
    weighing: { readonly inverseR: number; readonly correction: Float32Array },
  ): Promise<Updated & { readonly losses: Float32Array; readonly weights: Float32Array }>;
  /** Losses of any number of rows. */
  score(tokens: Tokens, rows: number): Promise<Float32Array>;
  /** A step of rows whose weights are known, after {@link GptSession.score} gave their losses. */
  weightedStep(step: number, tokens: Tokens, weights: Float32Array): Promise<Updated>;
  /** Logits, shape [V], of the token after the last of `context`, at most the model's context. */
  logits(context: Uint32Array): Promise<Float32Array>;
  save(folder: string): Promise<void>;
  load(folder: string): Promise<void>;
  close(): Promise<void>;
}

const float32 = (data: TensorData | undefined): Float32Array => {
  if (data instanceof Float32Array) return data;
  throw new EngineError(mustBe("engine output", "float32", data?.constructor.name));
};

const allFinite = (values: Float32Array): boolean => values.every((value) => Number.isFinite(value));

/** Tokens as programs take them, followed by zeros where there are fewer. */
const padded = (tokens: Tokens, length: number): Int32Array => {
  const whole = new Int32Array(length);
  whole.set(tokens);
  return whole;
};

/**
 * Opens the engine and makes the model's first parameters; programs are compiled when first used.
 * @throws {ConfigError} when the model is too large, or the weights to start from are none of a GPT-2
 * @throws {EngineError} when the engine cannot be had
 */
export const openGptSession = async (options: GptSessionOptions): Promise<GptSession> => {
  const { sizes, training, seqLen } = options;
  const parameters = gptParameters(sizes);
  const memory = createParameterMemory(parameters);
  const engine = await openEngine(options.engine);
  const files = createFiles();
  const { from = null } = options;
  if (from !== null) await loadPublished(files, from, { sizes, memory });
  else
    for (const parameter of parameters)
      initialise(parameter, options.seed, memory.view("parameter", parameter.name));
  const adamw = createAdamw(memory, training);
  const state: GptState = { sizes, memory, endOfText: options.endOfText };
  let updates = 0;

  const tensorsOf = (region: Region, nameOf: (parameter: string) => string): Tensors =>
    Object.fromEntries(parameters.map(({ name }) => [nameOf(name), memory.view(region, name)]));
  const parameterFeeds = tensorsOf("parameter", (name) => name);
  const gradientFetches = tensorsOf("gradient", gradientName);
  const gradientSoFarFeeds = tensorsOf("gradient", gradientSoFarName);

  const { batchSize } = training;
  const microRows = training.microBatchSize ?? batchSize;
  const microShape: RunShape = { rows: microRows, seqLen };
  const once = (build: () => ProgramOutputs): (() => Promise<Executable>) => {
    let compiled: Promise<Executable> | undefined;
    return () => {
      if (compiled) return compiled;
      const { program, outputs } = build();
      return (compiled = engine.compile(program, outputs));
    };
  };
  const fused = once(() => fusedProgram(sizes, { rows: batchSize, seqLen }, options.weighing!));
  const lossesOf = once(() => lossProgram(sizes, microShape));
  const weighted = once(() => weightedProgram(sizes, microShape, microRows < batchSize));
  const nextLogits = once(() => nextTokenProgram(sizes));

  const update = (step: number, outputs: Tensors, lossesFinite: boolean): Updated => {
    const gradientNorm = float32(outputs["gradientNorm"])[0]!;
    const learningRate = learningRateAt(step, { ...training, steps: options.steps });
    const updated = lossesFinite && Number.isFinite(gradientNorm);
    if (updated) adamw.update(++updates, learningRate, gradientNorm);
    return { updated, gradientNorm, learningRate };
  };
  const microTokens = (tokens: Tokens, start: number): Int32Array =>
    padded(tokens.subarray(start * seqLen, (start + microRows) * seqLen), microRows * seqLen);

  return {
    describe: () => Promise.resolve({ name: engine.name, parameterCount: memory.parameterCount }),
    async step(step, tokens, { inverseR, correction }) {
      const executable = await fused();
      const feeds = {
        ...parameterFeeds,
        tokens: padded(tokens, batchSize * seqLen),
        inverseR: Float32Array.of(inverseR),
        correction,
      };
      const outputs = await executable.run(feeds, gradientFetches);
      const losses = float32(outputs["losses"]);
      const weights = float32(outputs["weights"]);
      return { losses, weights, ...update(step, outputs, allFinite(losses)) };
    },
    async score(tokens, rows) {
      const executable = await lossesOf();
      const scored = new Float32Array(rows);
      for (let start = 0; start < rows; start += microRows) {
        const { losses } = await executable.run({ ...parameterFeeds, tokens: microTokens(tokens, start) });
        scored.set(losses!.subarray(0, rows - start), start);
      }
      return scored;
    },
    async weightedStep(step, tokens, weights) {
      const executable = await weighted();
      if (microRows < batchSize) for (const gradient of Object.values(gradientFetches)) gradient.fill(0);
      let outputs: Tensors = {};
      for (let start = 0; start < batchSize; start += microRows) {
        const feeds = {
          ...parameterFeeds,
          ...gradientSoFarFeeds,
          tokens: microTokens(tokens, start),
          weights: weights.subarray(start, start + microRows),
        };
        outputs = await executable.run(feeds, gradientFetches);
      }
      return update(step, outputs, true);
    },
    async logits(context) {
      const executable = await nextLogits();
      const tokens = padded(context, sizes.context);
      const position = Int32Array.of(context.length - 1);
      const { logits } = await executable.run({ ...parameterFeeds, tokens, position });
      return float32(logits);
    },
    save: (folder) => saveGpt(files, folder, state, updates),
    load: async (folder) => {
      updates = await loadGpt(files, folder, state);
    },
    close: () => engine.close(),
  };
};
