/** @file Our trainer: a GPT-2 with AdamW in a worker thread. This side checks tokens and losses and carries them across. */
import { EngineError, mustBe } from "../errors.ts";
import { createFiles } from "../files.ts";
import type { WeighingOptions } from "../weighing/options.ts";
import {
  batchRows,
  checkLosses,
  checkShape,
  checkTokens,
  coverRows,
  divergedHint,
  plainRows,
} from "./door.ts";
import { type GenerateOptions, generate } from "./generate.ts";
import { weighsInGraph } from "./gpt-programs.ts";
import type { GptSession, GptSessionOptions, Updated } from "./gpt-session.ts";
import { gptSizesOf } from "./gpt-sizes.ts";
import type { EngineOptions, GptOptions, TrainingOptions } from "./options.ts";
import { readPublishedSizes } from "./published-config.ts";
import type { Batch, Tokens, Trainer } from "./trainer.ts";
import { openWorkerLink } from "./worker-link.ts";

/** What weights need beside the losses, when they are computed inside the training graph. */
export interface WeightInputs {
  /** 1/r of the step; 0 gives equal strategy weights. */
  readonly inverseR: number;
  /** Shape [M], the draws' correction c. */
  readonly correction: ArrayLike<number>;
}

/** What {@link openGptTrainer} needs to know. */
export interface GptTrainerOptions {
  readonly model: GptOptions;
  readonly training: TrainingOptions;
  readonly engine: EngineOptions;
  /** L, tokens a row. */
  readonly seqLen: number;
  /** Tokens of the corpus; every token is below it. The model may know more. */
  readonly vocabSize: number;
  /** Steps of the whole run: where the learning rate's cosine ends. */
  readonly steps: number;
  /** The run's seed; the initial parameters follow from it. */
  readonly seed: string | number;
  /** Token that ends a document; noted in the checkpoint's config.json. */
  readonly endOfText?: number;
  /**
   * Weights inside the graph, one run a step. Left out, or where micro-batches or the options forbid it, `weigh` is asked
   * between a forward graph and a weighted backward graph; with `nonFinite: mask` rows without a loss stay out of the latter.
   */
  readonly fused?: { readonly weighing: WeighingOptions; inputs(batch: Batch): WeightInputs };
}

/** {@link Trainer} with all its optional parts, and a voice. */
export interface GptTrainer extends Trainer {
  readonly name: string;
  /** Number of trained numbers. */
  readonly parameterCount: number;
  score(tokens: Tokens, rows: number): Promise<Float32Array>;
  save(folder: string): Promise<void>;
  load(folder: string): Promise<void>;
  /** Continues a prompt, token by token. O(count · forward pass of one row). */
  generate(options: GenerateOptions): Promise<Uint32Array>;
  close(): Promise<void>;
}

/** Float32 copy of a batch's numbers, and of nothing else of their buffer: messages copy whole buffers. */
const copyOf = (values: ArrayLike<number>): Float32Array => Float32Array.from(values);

/** @throws {EngineError} when nothing was updated since the gradient's norm is not finite */
const metricsOf = (
  step: number,
  { updated, gradientNorm, learningRate }: Updated,
): Record<string, number> => {
  if (!updated)
    throw new EngineError(mustBe("gradient norm", "finite", gradientNorm), { step, hint: divergedHint });
  return { learningRate, gradientNorm };
};

/**
 * Starts the worker thread and, in it, engine and parameters.
 * @throws {ConfigError} when the model is too large, or pipeline, published model and corpus contradict each other
 * @throws {EngineError} when the engine cannot be had
 */
export const openGptTrainer = async (options: GptTrainerOptions): Promise<GptTrainer> => {
  const { model, training, engine, seqLen, vocabSize, steps, seed, endOfText, fused } = options;
  const { batchSize } = training;
  const { from } = model;
  const published = from === null ? undefined : await readPublishedSizes(createFiles(), from);
  const sizes = gptSizesOf(model, { seqLen, vocabSize }, published);
  const inGraph = fused && weighsInGraph(training, fused.weighing) ? fused : undefined;
  const masks = fused?.weighing.nonFinite === "mask";
  const session: GptSessionOptions = {
    sizes,
    from,
    training,
    engine,
    seqLen,
    steps,
    seed,
    endOfText: endOfText ?? null,
    weighing: inGraph?.weighing ?? null,
  };
  const link = openWorkerLink<GptSession>(new URL("./gpt-worker.js", import.meta.url), session);
  const { name, parameterCount } = await link.call("describe").catch(async (error: unknown) => {
    await link.close();
    throw error;
  });

  return {
    name,
    parameterCount,
    async step(batch, weigh) {
      const { step } = batch;
      const rows = batchRows(batch);
      checkShape(batch, { size: batchSize, seqLen });
      checkTokens(batch.tokens, seqLen, vocabSize, rows);
      const tokens = batch.tokens.slice();
      if (inGraph) {
        const { inverseR, correction } = inGraph.inputs(batch);
        const weighing = { inverseR, correction: copyOf(correction) };
        const { losses, weights, ...result } = await link.call("step", step, tokens, weighing);
        checkLosses(losses, rows);
        return { losses, weights, metrics: metricsOf(step, result) };
      }
      const losses = await link.call("score", tokens, batchSize);
      if (masks) coverRows(tokens, seqLen, losses);
      else checkLosses(losses, rows);
      const result = await link.call("weightedStep", step, tokens, copyOf(weigh(losses)));
      return { losses, metrics: metricsOf(step, result) };
    },
    async score(tokens, rows) {
      checkTokens(tokens, seqLen, vocabSize, plainRows);
      return link.call("score", tokens.slice(0, rows * seqLen), rows);
    },
    save: (folder) => link.call("save", folder),
    load: (folder) => link.call("load", folder),
    // A model may know more tokens than the corpus; those were never trained and cannot be written.
    generate: (request) =>
      generate(
        async (context) => (await link.call("logits", context)).subarray(0, vocabSize),
        { context: sizes.context, vocabSize },
        request,
      ),
    async close() {
      await link.call("close").catch(() => undefined); // a thread that has ended has nothing left to close
      await link.close();
    },
  };
};
