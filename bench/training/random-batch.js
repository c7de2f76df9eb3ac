/** @file A batch of tokens without meaning, the same for the same step. */
import { boundedInteger, keyOf } from "../../dist/random.js";
import { createDraws } from "../../dist/draws.js";

export const randomBatch = (step, size, seqLen, vocabSize) => {
  const key = keyOf(1, "bench", `batch ${step}`);
  const tokens = Uint16Array.from({ length: size * seqLen }, (_, at) => boundedInteger(key, at, vocabSize));
  const draws = createDraws(size);
  draws.probability.fill(1);
  draws.base.fill(1);
  return { step, size, seqLen, tokens, draws };
};
