/**
 * @file Loads the GPT-2 in FOLDER and prints the losses of a batch: tokens [rows][length] as JSON on stdin, losses as JSON on stdout.
 * Usage: node test/interop/score-published.js FOLDER VOCABULARY
 */
import { text } from "node:stream/consumers";

import { openGptTrainer } from "../../dist/training/gpt-trainer.js";
import { engineOptions, modelOptions, trainingOptions } from "../../dist/training/options.js";

const [, , from, vocabSize] = process.argv;
const tokens = JSON.parse(await text(process.stdin));
const trainer = await openGptTrainer({
  model: modelOptions.parse({ from }),
  training: trainingOptions.parse({ batchSize: tokens.length }),
  engine: engineOptions.parse({}),
  seqLen: tokens[0].length,
  vocabSize: Number(vocabSize),
  steps: 1,
  seed: 1,
});
console.log(JSON.stringify([...(await trainer.score(Uint16Array.from(tokens.flat()), tokens.length))]));
await trainer.close();
