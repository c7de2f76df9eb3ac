/** @file A GPT small enough to train in a test, and batches for it. */
import { createDraws } from "../../src/draws.ts";
import type { GptTrainerOptions } from "../../src/training/gpt-trainer.ts";
import { type TrainingOptions, engineOptions, trainingOptions } from "../../src/training/options.ts";
import type { Batch } from "../../src/training/trainer.ts";
import { weighingOptions } from "../../src/weighing/options.ts";
import { hashed } from "./hashed-gpt.ts";

/** M, L and V. */
export const small = { size: 6, seqLen: 16, vocabSize: 50 } as const;

/** Options of a small GPT; `training` over its defaults. */
export const smallGpt = (training: Partial<TrainingOptions> = {}): GptTrainerOptions => ({
  model: {
    kind: "gpt",
    from: null,
    layers: 2,
    heads: 2,
    width: 32,
    context: null,
    vocabSize: null,
    biases: true,
  },
  training: trainingOptions.parse({
    batchSize: small.size,
    learningRate: 0.01,
    warmupSteps: 2,
    ...training,
  }),
  engine: engineOptions.parse({}),
  seqLen: small.seqLen,
  vocabSize: small.vocabSize,
  steps: 20,
  seed: "test",
});

/** linupper in the graph, r falling from step to step. */
export const fusedLinupper: NonNullable<GptTrainerOptions["fused"]> = {
  weighing: weighingOptions.parse({ strategy: "linupper" }),
  inputs: ({ step, size }) => ({
    inverseR: step,
    correction: Float32Array.from({ length: size }, (_, row) => 1 + row / 10),
  }),
};

/** Batch of a step: tokens that differ from step to step, rows 100, 101, ... of shard 3. */
export const smallBatch = (step: number): Batch => {
  const { size, seqLen, vocabSize } = small;
  const draws = createDraws(size);
  draws.shard.fill(3);
  for (let row = 0; row < size; row++) draws.row[row] = 100 + row;
  const tokens = Uint16Array.from(hashed(`batch ${step}`, size * seqLen), (value) =>
    Math.floor((value + 0.5) ** 2 * vocabSize),
  );
  return { step, size, seqLen, tokens, draws };
};
