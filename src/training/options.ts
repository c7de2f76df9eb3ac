/** @file The `model`, `training`, `engine` and `evaluation` parts of a pipeline file. */
import { z } from "zod";

import type { EngineOptions } from "../tensor/open-engine.ts";
import { type RegressionInput, type RegressionOptions, regressionOptions } from "./regression-options.ts";

const count = z.int().min(1);

/** A part as a user writes it: defaults may be left out. */
type Input<Options> = { [Key in keyof Options]?: Options[Key] | undefined };

/** Sizes of a GPT that starts afresh, where the pipeline says nothing. */
export const freshGpt = { layers: 4, heads: 4, width: 128 } as const;

const gptOptions = z
  .strictObject({
    kind: z.literal("gpt").default("gpt").describe("What is trained: a GPT-2, by AdamW."),
    from: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        "Folder with config.json and model.safetensors of a GPT-2, as transformers writes them: the weights to start from. Null starts afresh.",
      ),
    layers: count
      .max(1000)
      .nullable()
      .default(null)
      .describe(`Transformer blocks; null takes ${freshGpt.layers}, or what \`from\` says.`),
    heads: count
      .nullable()
      .default(null)
      .describe(
        `Attention heads of a block; must divide \`width\`. Null takes ${freshGpt.heads}, or what \`from\` says.`,
      ),
    width: count
      .nullable()
      .default(null)
      .describe(`Size of the residual stream, D; null takes ${freshGpt.width}, or what \`from\` says.`),
    context: z
      .int()
      .min(2)
      .nullable()
      .default(null)
      .describe(
        "Positions the model can tell apart, at least the corpus' seqLen; null takes that, or what `from` says.",
      ),
    vocabSize: count
      .nullable()
      .default(null)
      .describe(
        "Tokens the model can tell apart, V, at least the corpus' vocabulary; null takes that, or what `from` says if it is the same.",
      ),
    biases: z.boolean().default(true).describe("Whether linear maps add a bias, as GPT-2's do."),
  })
  .refine(
    ({ from, heads, width }) => from !== null || (width ?? freshGpt.width) % (heads ?? freshGpt.heads) === 0,
    { path: ["heads"], error: "must divide model.width" },
  )
  .describe("The model: GPT-2's shape (learned positions, pre-norm, gelu, tied embedding).");

/** A GPT-2 as the pipeline describes it; `gptSizesOf` fills in what is null. */
export interface GptOptions {
  kind: "gpt";
  from: string | null;
  layers: number | null;
  heads: number | null;
  width: number | null;
  context: number | null;
  vocabSize: number | null;
  biases: boolean;
}

/** What is trained. */
export type ModelOptions = GptOptions | RegressionOptions;

/** The `model` part: one member a `kind`, which is `gpt` when left out. */
export const modelOptions: z.ZodType<ModelOptions, Input<GptOptions> | RegressionInput> = z
  .discriminatedUnion("kind", [gptOptions, regressionOptions])
  .describe("What is trained.");

/** The `training` part: batch, AdamW and its schedule. */
export const trainingOptions: z.ZodType<TrainingOptions, Input<TrainingOptions>> = z
  .strictObject({
    batchSize: count.default(16).describe("Rows of the global batch, M."),
    microBatchSize: count
      .nullable()
      .default(null)
      .describe(
        "Rows computed at once; must divide `batchSize`. Less than it saves memory and costs a forward pass. Null takes the whole batch.",
      ),
    learningRate: z
      .number()
      .gt(0)
      .lt(10)
      .default(1e-3)
      .describe("Peak learning rate, reached after the warm-up."),
    warmupSteps: z.int().min(0).default(50).describe("Steps of linear warm-up from 0."),
    minLearningRate: z
      .union([z.number().min(0), z.literal("peak")], { error: () => "a number of at least 0, peak or null" })
      .nullable()
      .default(null)
      .describe(
        "Learning rate of the last step, reached along a cosine; null takes a tenth of `learningRate`, peak keeps it constant.",
      ),
    weightDecay: z
      .number()
      .min(0)
      .lt(10)
      .default(0.1)
      .describe("AdamW's decay of matrices; vectors have none."),
    beta1: z.number().min(0).lt(1).default(0.9).describe("AdamW's memory of gradients."),
    beta2: z.number().min(0).lt(1).default(0.95).describe("AdamW's memory of squared gradients."),
    epsilon: z.number().gt(0).lt(1).default(1e-8).describe("AdamW's guard against division by zero."),
    clipNorm: z
      .number()
      .gt(0)
      .nullable()
      .default(1)
      .describe("Gradients are scaled down to this global norm; null never scales."),
  })
  .refine(({ batchSize, microBatchSize }) => microBatchSize === null || batchSize % microBatchSize === 0, {
    path: ["microBatchSize"],
    error: "must divide training.batchSize",
  })
  .refine(
    ({ learningRate, minLearningRate }) =>
      typeof minLearningRate !== "number" || minLearningRate <= learningRate,
    {
      path: ["minLearningRate"],
      error: "must be at most training.learningRate",
    },
  )
  .describe("How the model learns: batch size, AdamW, warm-up and cosine.");

/** Batch, AdamW and its schedule, defaults filled in. */
export interface TrainingOptions {
  batchSize: number;
  microBatchSize: number | null;
  learningRate: number;
  warmupSteps: number;
  minLearningRate: number | "peak" | null;
  weightDecay: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  clipNorm: number | null;
}

export type { EngineOptions };
type EngineOf<Kind> = Extract<EngineOptions, { kind: Kind }>;

/** The `engine` part as a user writes it. */
export type EngineInput =
  | Input<EngineOf<"onnx">>
  | (Input<EngineOf<"tfjs">> & Pick<EngineOf<"tfjs">, "kind">);

const onnxOptions = z
  .strictObject({
    kind: z.literal("onnx").default("onnx").describe("What runs the tensor program: ONNX Runtime."),
    backend: z
      .enum(["cpu", "webgpu"], { error: "must be cpu or webgpu; other backends go with engine.kind=tfjs" })
      .default("cpu")
      .describe("Where it runs."),
    threads: count.max(1024).default(2).describe("Threads of a run on the cpu."),
  })
  .describe("ONNX Runtime.");

const tfjsOptions = z
  .strictObject({
    kind: z.literal("tfjs").describe("What runs the tensor program: TensorFlow.js."),
    backend: z
      .enum(["tensorflow", "wasm", "cpu"])
      .default("tensorflow")
      .describe(
        "Whose kernels: TensorFlow's own, by tfjs-node-gpu or tfjs-node; or tfjs' WebAssembly or JavaScript.",
      ),
  })
  .describe("TensorFlow.js.");

/** The `engine` part: one member a `kind`, which is `onnx` when left out. */
export const engineOptions: z.ZodType<EngineOptions, EngineInput> = z
  .discriminatedUnion("kind", [onnxOptions, tfjsOptions])
  .describe("What computes. Fixed for a run: another engine gives other last bits.");

/** The `evaluation` part: when and on how much. */
export const evaluationOptions: z.ZodType<EvaluationOptions, Input<EvaluationOptions>> = z
  .strictObject({
    everySteps: count
      .default(200)
      .describe("Steps between evaluations; there is one before the first step and one after the last.")
      .meta({ changesOnResume: true }),
    rows: count
      .nullable()
      .default(128)
      .describe("Held-out rows scored per domain, from the first; null scores all.")
      .meta({ changesOnResume: true }),
  })
  .describe("Losses on held-out rows.");

/** When to evaluate and on how much, defaults filled in. */
export interface EvaluationOptions {
  everySteps: number;
  rows: number | null;
}
