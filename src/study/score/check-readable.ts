/** @file Whether a model can read a corpus: its tokens, and rows of its length. */
import type { Manifest } from "../../corpus/manifest.ts";
import { ConfigError, mustBe } from "../../errors.ts";
import type { ScoringModel } from "./scoring-model.ts";

/** Checks that a corpus' tokens mean to the model what it learnt, and that its rows fit.
 * @param vocabSize a vocabulary larger than the corpus' that is meant to be so: the model's further tokens are never fed
 * @throws {ConfigError} naming both numbers, or both tokenizers */
export const checkReadable = (
  { folder, sizes, trained }: ScoringModel,
  { seqLen, tokenizer }: Pick<Manifest, "seqLen" | "tokenizer">,
  vocabSize: number | null,
): void => {
  const learnt = trained?.tokenizer ?? null;
  if (learnt !== null && learnt.hash !== tokenizer.hash)
    throw new ConfigError(
      `the corpus' tokenizer must be the one that the model learnt, ${words(learnt)}, got ${words(tokenizer)}`,
      { path: folder, hint: "score a corpus of the same tokenizer, or train a model on this one's tokens" },
    );
  if (sizes.vocabSize < tokenizer.vocabSize)
    throw new ConfigError(
      mustBe("the model's vocabulary", `at least the corpus' ${tokenizer.vocabSize}`, sizes.vocabSize),
      { path: folder, hint: "score a corpus that was prepared with the model's own tokens" },
    );
  const isMeant = [trained?.options.vocabSize, vocabSize].includes(sizes.vocabSize);
  if (sizes.vocabSize > tokenizer.vocabSize && !isMeant)
    throw new ConfigError(
      mustBe("the model's vocabulary", `the corpus' ${tokenizer.vocabSize}`, sizes.vocabSize),
      {
        path: folder,
        hint: `score a corpus of the model's own tokens; where its first ${tokenizer.vocabSize} are the corpus', say so by --vocab-size ${sizes.vocabSize}`,
      },
    );
  if (sizes.context < seqLen)
    throw new ConfigError(
      mustBe("the model's context", `at least the corpus' seqLen ${seqLen}`, sizes.context),
      {
        path: folder,
        hint: `score with a model of a longer context, or prepare the corpus with seqLen ${sizes.context}`,
      },
    );
};

const words = ({ kind, vocabSize, hash }: Manifest["tokenizer"]): string =>
  `${kind} of ${vocabSize}, ${hash.slice(0, 12)}`;
