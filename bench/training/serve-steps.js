/**
 * @file Our whole train step through the trainer's front door, for a parent that steps several contenders in turn:
 * prints `ready`, then for every line on stdin the milliseconds of one step.
 */
import { createInterface } from "node:readline";

import { engineOptions, modelOptions, trainingOptions } from "../../dist/training/options.js";
import { openGptTrainer } from "../../dist/training/gpt-trainer.js";
import { weighingOptions } from "../../dist/weighing/options.js";
import { randomBatch } from "./random-batch.js";

/** @param config layers,heads,width,context,batch,vocabulary */
export const serveSteps = async (config, { biases, engine, warmUps }) => {
  const [layers, heads, width, seqLen, size, vocabSize] = config.split(",").map(Number);
  const correction = new Float32Array(size).fill(1);
  const trainer = await openGptTrainer({
    model: modelOptions.parse({ layers, heads, width, biases }),
    training: trainingOptions.parse({ batchSize: size }),
    engine: engineOptions.parse(engine),
    seqLen,
    vocabSize,
    steps: 1000,
    seed: 1,
    fused: {
      weighing: weighingOptions.parse({ strategy: "linupper", r: 0.4 }),
      inputs: () => ({ inverseR: 2.5, correction }),
    },
  });

  let steps = 0;
  const step = async () => {
    const batch = randomBatch(++steps, size, seqLen, vocabSize);
    const started = performance.now();
    await trainer.step(batch, () => new Float64Array(size).fill(1 / size));
    return performance.now() - started;
  };

  for (let warmUp = 0; warmUp < warmUps; warmUp++) await step();
  console.log("ready");
  for await (const _ of createInterface({ input: process.stdin })) console.log((await step()).toFixed(3));
  await trainer.close();
};
