/** @file The trainer's door: tokens are checked on their way in, losses on their way out. */
import { EngineError, type ErrorFacts, SamplerError, ShardError, mustBe } from "../errors.ts";
import type { Batch, Tokens } from "./trainer.ts";

/** Words and facts of a row: which instance it is. */
type RowNames = (row: number) => { readonly words: string; readonly facts: ErrorFacts };

/** Names rows of a batch by the instances that were drawn. */
export const batchRows =
  ({ step, draws }: Batch): RowNames =>
  (row) => ({
    words: `batch row ${row}, shard ${draws.shard[row]}`,
    facts: { row: draws.row[row]!, step },
  });

/** Names rows by their place. */
export const plainRows: RowNames = (row) => ({ words: `row ${row}`, facts: { row } });

/**
 * Checks tokens once, here and nowhere else.
 * @param tokens shape [rows, seqLen]
 * @throws {ShardError} at the first token that is not below `vocabSize`, naming its row and place. O(tokens).
 */
export const checkTokens = (tokens: Tokens, seqLen: number, vocabSize: number, namesOf: RowNames): void => {
  const at = tokens.findIndex((token) => token >= vocabSize);
  if (at < 0) return;
  const { words, facts } = namesOf(Math.floor(at / seqLen));
  throw new ShardError(
    mustBe(`token ${at % seqLen} of ${words}`, `below the vocabulary's size ${vocabSize}`, tokens[at]),
    {
      ...facts,
      hint: "the shards were made with another tokenizer than the manifest names; prepare the corpus again",
    },
  );
};

/** @throws {SamplerError} when a batch has another shape than the programs were made for */
export const checkShape = (
  { step, size, seqLen, tokens }: Batch,
  expected: { readonly size: number; readonly seqLen: number },
): void => {
  const fits =
    size === expected.size && seqLen === expected.seqLen && tokens.length === size * expected.seqLen;
  if (fits) return;
  const wanted = `${expected.size} rows of ${expected.seqLen} tokens`;
  const got = `${size} rows of ${seqLen} tokens, ${tokens.length} in all`;
  throw new SamplerError(`batch must be ${wanted}, got ${got}`, { step });
};

/**
 * Puts a sound row's tokens in the place of every row whose loss is not finite: a weight of 0 alone would
 * not keep its NaN out of the gradient. Without a sound row nothing changes. O(tokens).
 */
export const coverRows = (tokens: Tokens, seqLen: number, losses: Float32Array): void => {
  const sound = losses.findIndex((loss) => Number.isFinite(loss));
  if (sound < 0) return;
  for (const [row, loss] of losses.entries())
    if (!Number.isFinite(loss)) tokens.copyWithin(row * seqLen, sound * seqLen, (sound + 1) * seqLen);
};

/**
 * @param losses shape [rows]
 * @throws {EngineError} at the first loss that is not finite, naming its row
 */
export const checkLosses = (losses: Float32Array, namesOf: RowNames): void => {
  const row = losses.findIndex((loss) => !Number.isFinite(loss));
  if (row < 0) return;
  const { words, facts } = namesOf(row);
  throw new EngineError(mustBe(`loss of ${words}`, "finite", losses[row]), { ...facts, hint: divergedHint });
};

/** What to do about numbers that are not finite. */
export const divergedHint =
  "nothing was updated; start a new run with a smaller training.learningRate or training.clipNorm";
