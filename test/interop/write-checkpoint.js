/**
 * @file Trains a small GPT for a few steps, saves it into FOLDER, and prints {tokens, losses} of a batch as JSON.
 * Usage: node test/interop/write-checkpoint.js FOLDER [biases]
 */
import { createDraws } from "../../dist/draws.js";
import { engineOptions, modelOptions, trainingOptions } from "../../dist/training/options.js";
import { openGptTrainer } from "../../dist/training/gpt-trainer.js";
import { boundedInteger, keyOf } from "../../dist/random.js";

const [, , folder, biases = "true"] = process.argv;
const [size, seqLen, vocabSize] = [6, 32, 97];
const trainer = await openGptTrainer({
  model: modelOptions.parse({ layers: 2, heads: 4, width: 64, biases: biases === "true" }),
  training: trainingOptions.parse({ batchSize: size, warmupSteps: 0, learningRate: 0.003 }),
  engine: engineOptions.parse({}),
  seqLen,
  vocabSize,
  steps: 10,
  seed: "transformers",
  endOfText: 96,
});
const rows = (step) =>
  Uint16Array.from({ length: size * seqLen }, (_, at) =>
    boundedInteger(keyOf(step, "", "tokens"), at, vocabSize),
  );
for (let step = 1; step <= 5; step++)
  await trainer.step({ step, size, seqLen, tokens: rows(step), draws: createDraws(size) }, () =>
    new Float64Array(size).fill(1 / size),
  );
await trainer.save(folder);
const tokens = rows(0);
const losses = await trainer.score(tokens, size);
console.log(
  JSON.stringify({
    tokens: Array.from({ length: size }, (_, row) => [...tokens.subarray(row * seqLen, (row + 1) * seqLen)]),
    losses: [...losses],
  }),
);
await trainer.close();
