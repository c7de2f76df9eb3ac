/** @file The trainer's door: tokens are checked on their way in, losses on their way out. */
import { EngineError, type ErrorFacts, ShardError, mustBe } from "../errors.ts";
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
  "nothing was updated; resume from the last checkpoint with a smaller training.learningRate or training.clipNorm";
