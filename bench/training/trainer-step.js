/**
 * @file Our train step as a child process, through the trainer's front door: prints `ready`, then milliseconds for every line on stdin.
 * Usage: node trainer-step.js layers,heads,width,context,batch,vocabulary THREADS
 */
import { createInterface } from "node:readline";

import { engineOptions, modelOptions, trainingOptions } from "../../dist/training/options.js";
import { openGptTrainer } from "../../dist/training/gpt-trainer.js";
import { weighingOptions } from "../../dist/weighing/options.js";
import { randomBatch } from "./random-batch.js";

const [, , config, threads] = process.argv;
const [layers, heads, width, seqLen, size, vocabSize] = config.split(",").map(Number);
const correction = new Float32Array(size).fill(1);
const trainer = await openGptTrainer({
  model: modelOptions.parse({ layers, heads, width }),
  training: trainingOptions.parse({ batchSize: size }),
  engine: engineOptions.parse({ threads: Number(threads) }),
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

for (let warmUp = 0; warmUp < 3; warmUp++) await step();
console.log("ready");
for await (const _ of createInterface({ input: process.stdin })) console.log((await step()).toFixed(3));
await trainer.close();
