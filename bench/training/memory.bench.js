/**
 * @file Peak memory as estimated before a run, and as measured: `npm run bench -- training/memory`.
 *
 * Each size is a child process that opens a trainer, takes three steps and scores once; its peak is VmHWM (Linux).
 * A configuration is layers, heads, width, context, batch, vocabulary.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { gptMemory } from "../../dist/training/gpt-memory.js";
import { openGptTrainer } from "../../dist/training/gpt-trainer.js";
import { engineOptions, modelOptions, trainingOptions } from "../../dist/training/options.js";
import { weighingOptions } from "../../dist/weighing/options.js";
import { randomBatch } from "./random-batch.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    config: {
      type: "string",
      multiple: true,
      default: ["1,1,8,8,1,64", "4,4,128,128,16,1024", "6,8,256,256,8,4096", "12,12,768,512,2,50257"],
    },
    micro: { type: "string" },
  },
});

const setUp = (config) => {
  const [layers, heads, width, context, batchSize, vocabSize] = config.split(",").map(Number);
  const microBatchSize = values.micro === undefined ? null : Number(values.micro);
  return {
    sizes: { layers, heads, width, context, vocabSize, biases: true },
    training: trainingOptions.parse({ batchSize, microBatchSize }),
    engine: engineOptions.parse({}),
    weighing: weighingOptions.parse({ strategy: "linupper", r: 0.4 }),
    seqLen: context,
  };
};

/** Trains and scores a little, and says what that took. */
const measure = async (config) => {
  const { sizes, training, engine, weighing, seqLen } = setUp(config);
  const { layers, heads, width, vocabSize } = sizes;
  const { batchSize } = training;
  const correction = new Float32Array(batchSize).fill(1);
  const trainer = await openGptTrainer({
    model: modelOptions.parse({ layers, heads, width }),
    training,
    engine,
    seqLen,
    vocabSize,
    steps: 100,
    seed: 1,
    fused: { weighing, inputs: () => ({ inverseR: 2.5, correction }) },
  });
  const equally = () => new Float64Array(batchSize).fill(1 / batchSize);
  for (let step = 1; step <= 3; step++)
    await trainer.step(randomBatch(step, batchSize, seqLen, vocabSize), equally);
  await trainer.score(randomBatch(4, batchSize, seqLen, vocabSize).tokens, batchSize);
  await trainer.close();
  const status = readFileSync("/proc/self/status", "utf8");
  console.log(1024 * Number(/VmHWM:\s*(\d+)/.exec(status)[1]));
};

const megabytes = (bytes) => Math.round(bytes / 1e6);
if (positionals[0] === "measure") await measure(positionals[1]);
else
  for (const config of values.config) {
    const parts = gptMemory(setUp(config));
    const estimated = parts.reduce((sum, { bytes }) => sum + bytes, 0);
    const options = values.micro === undefined ? [] : ["--micro", values.micro];
    const child = spawnSync(
      process.execPath,
      [fileURLToPath(import.meta.url), "measure", config, ...options],
      { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
    );
    const measured = Number(child.stdout);
    console.log(
      `${config}: ${megabytes(estimated)} MB estimated (${parts.map(({ bytes }) => megabytes(bytes)).join(" + ")}), ${megabytes(measured)} MB measured, ${megabytes(measured - estimated)} MB more`,
    );
  }
