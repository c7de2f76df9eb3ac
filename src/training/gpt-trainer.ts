/** @file Our trainer: a GPT-2 with AdamW in a worker thread. This side checks tokens and losses and carries them across. */
import type { WeighingOptions } from "../weighing/options.ts";
import type { EngineOptions, ModelOptions, TrainingOptions } from "./options.ts";
import type { Batch, Tokens, Trainer } from "./trainer.ts";

/** What weights need beside the losses, when they are computed inside the training graph. */
export interface WeightInputs {
  /** 1/r of the step; 0 gives equal strategy weights. */
  readonly inverseR: number;
  /** Shape [M], the draws' correction c. */
  readonly correction: ArrayLike<number>;
}

/** What {@link openGptTrainer} needs to know. */
export interface GptTrainerOptions {
  readonly model: ModelOptions;
  readonly training: TrainingOptions;
  readonly engine: EngineOptions;
  /** L, tokens a row. */
  readonly seqLen: number;
  /** V; every token is below it. */
  readonly vocabSize: number;
  /** Steps of the whole run: where the learning rate's cosine ends. */
  readonly steps: number;
  /** The run's seed; the initial parameters follow from it. */
  readonly seed: string | number;
  /** Token that ends a document; noted in the checkpoint's config.json. */
  readonly endOfText?: number;
  /** Weights inside the graph, one run a step. Left out, or when micro-batches or the options forbid it, `weigh` is asked between a forward and a backward graph. */
  readonly fused?: { readonly weighing: WeighingOptions; inputs(batch: Batch): WeightInputs };
}

/** What to write, and how freely. */
export interface GenerateOptions {
  /** At least one token; the last `context` ones are seen. */
  readonly prompt: ArrayLike<number>;
  /** Tokens to write at most. */
  readonly count: number;
  /** Logits are divided by it; 0 always takes the likeliest token. Default 1. */
  readonly temperature?: number;
  /** Only that many likeliest tokens can be drawn; all when left out. */
  readonly topK?: number;
  readonly seed: string | number;
  /** Token that ends the text; it is not part of the result. */
  readonly stopAt?: number;
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

export declare const openGptTrainer: (options: GptTrainerOptions) => Promise<GptTrainer>;
