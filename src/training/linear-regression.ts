/** @file A trainer of linear regression by plain gradient descent: seconds instead of hours to see what weighing does. */
import { join } from "node:path";

import { EngineError, mustBe } from "../errors.ts";
import { createFiles } from "../files.ts";
import type { Executable } from "../tensor/engine.ts";
import { openEngine } from "../tensor/open-engine.ts";
import { isFusible } from "../weighing/final-weights.ts";
import { batchRows, checkLosses, divergedHint } from "./door.ts";
import type { GptTrainerOptions } from "./gpt-trainer.ts";
import type { EngineOptions } from "./options.ts";
import { createRegressionData } from "./regression-data.ts";
import type { RegressionOptions } from "./regression-options.ts";
import { fusedRegression, regressionLosses, weightedRegression } from "./regression-programs.ts";
import { type TensorToWrite, parseSafetensors, writeSafetensors } from "./safetensors.ts";
import { type Schedule, learningRateAt } from "./schedule.ts";
import type { Tokens, Trainer } from "./trainer.ts";

/** What {@link openRegressionTrainer} needs to know. */
export interface RegressionTrainerOptions {
  readonly model: RegressionOptions;
  /** M, and the learning rate over the run. */
  readonly training: Omit<Schedule, "steps"> & { readonly batchSize: number };
  readonly steps: number;
  readonly engine: EngineOptions;
  /** The run's seed: θ* and all instances follow from it. */
  readonly seed: string | number;
  /** Weights inside the graph, as of the GPT. */
  readonly fused?: GptTrainerOptions["fused"];
}

/** {@link Trainer} with all its optional parts. `score` knows no noise: its losses are ½(x·(θ − θ*))². */
export interface RegressionTrainer extends Trainer {
  readonly name: string;
  /** θ, shape [D]: a view that training changes. Starts at 0. */
  readonly parameters: Float32Array;
  score(tokens: Tokens, rows: number): Promise<Float32Array>;
  save(folder: string): Promise<void>;
  load(folder: string): Promise<void>;
  close(): Promise<void>;
}

const float32 = (outputs: Readonly<Record<string, unknown>>, name: string): Float32Array => {
  const output = outputs[name];
  if (output instanceof Float32Array) return output;
  throw new EngineError(mustBe(`output ${name}`, "float32", typeof output));
};

const norm = (values: Float32Array): number => Math.hypot(...values);

/**
 * Opens the engine, on the calling thread: a step is some tens of microseconds. Descent is plain, θ ← θ − η·g, without momentum
 * or scaling, so that a strategy's ρ shows as the factor on the learning rate that it is.
 * @throws {EngineError} when the engine cannot be had
 */
export const openRegressionTrainer = async (
  options: RegressionTrainerOptions,
): Promise<RegressionTrainer> => {
  const { model, training, fused, steps } = options;
  const { dimensions } = model;
  const { batchSize } = training;
  const data = createRegressionData(options.seed, model);
  const inGraph = fused && isFusible(fused.weighing) ? fused : undefined;
  const engine = await openEngine(options.engine);
  const compile = ({ program, outputs }: ReturnType<typeof regressionLosses>): Promise<Executable> =>
    engine.compile(program, outputs);
  const losses = await compile(regressionLosses(batchSize, dimensions));
  const step = await compile(
    inGraph
      ? fusedRegression(batchSize, dimensions, inGraph.weighing)
      : weightedRegression(batchSize, dimensions),
  );
  const parameters = new Float32Array(dimensions);
  const stored: TensorToWrite = {
    name: "parameters",
    dtype: "F32",
    shape: [dimensions],
    bytes: () => new Uint8Array(parameters.buffer),
  };
  const files = createFiles();

  /** @throws {EngineError} when the gradient is not finite; nothing has changed then */
  const descend = (at: number, gradient: Float32Array): Record<string, number> => {
    const gradientNorm = norm(gradient);
    if (!Number.isFinite(gradientNorm))
      throw new EngineError(mustBe("gradient norm", "finite", gradientNorm), {
        step: at,
        hint: divergedHint,
      });
    const learningRate = learningRateAt(at, { ...training, steps });
    for (let j = 0; j < dimensions; j++) parameters[j]! -= learningRate * gradient[j]!;
    return {
      learningRate,
      gradientNorm,
      distance: norm(parameters.map((value, j) => value - data.truth[j]!)),
    };
  };

  return {
    name: `linear regression, ${engine.name}`,
    parameters,
    async step(batch, weigh) {
      const names = batchRows(batch);
      const feeds = { parameters, ...data.examples(batch.tokens, batchSize, "training") };
      if (inGraph) {
        const { inverseR, correction } = inGraph.inputs(batch);
        const outputs = await step.run({
          ...feeds,
          inverseR: Float32Array.of(inverseR),
          correction: Float32Array.from(correction),
        });
        const batchLosses = float32(outputs, "losses");
        checkLosses(batchLosses, names);
        const metrics = descend(batch.step, float32(outputs, "gradient"));
        return { losses: batchLosses, weights: float32(outputs, "weights"), metrics };
      }
      const batchLosses = float32(await losses.run(feeds), "losses");
      checkLosses(batchLosses, names);
      const outputs = await step.run({ ...feeds, weights: Float32Array.from(weigh(batchLosses)) });
      return { losses: batchLosses, metrics: descend(batch.step, float32(outputs, "gradient")) };
    },
    async score(tokens, rows) {
      const { x, y } = data.examples(tokens, rows, "clean");
      const scored = new Float32Array(rows);
      const part = { x: new Float32Array(batchSize * dimensions), y: new Float32Array(batchSize) };
      for (let start = 0; start < rows; start += batchSize) {
        const end = Math.min(rows, start + batchSize);
        part.x.fill(0).set(x.subarray(start * dimensions, end * dimensions));
        part.y.fill(0).set(y.subarray(start, end));
        const outputs = await losses.run({ parameters, ...part });
        scored.set(float32(outputs, "losses").subarray(0, end - start), start);
      }
      return scored;
    },
    async save(folder) {
      await writeSafetensors(files, join(folder, "model.safetensors"), [stored], {});
    },
    async load(folder) {
      const path = join(folder, "model.safetensors");
      const bytes = parseSafetensors(path, await files.read(path)).read(stored);
      parameters.set(new Float32Array(new Uint8Array(bytes).buffer));
    },
    close: () => engine.close(),
  };
};
