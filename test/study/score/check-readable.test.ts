import { describe, expect, it } from "vitest";

import type { ManifestTokenizer } from "../../../src/corpus/manifest.ts";
import { checkReadable } from "../../../src/study/score/check-readable.ts";
import type { ScoringModel } from "../../../src/study/score/scoring-model.ts";

const tokenizerOf = (vocabSize: number, hash: string): ManifestTokenizer => ({
  kind: "bpe",
  name: "t",
  hash: hash.repeat(64),
  vocabSize,
  uri: "tokenizer.json",
  endOfText: 0,
});
const sizes = { layers: 1, heads: 1, width: 8, context: 16, vocabSize: 100 };
const published: ScoringModel = { folder: "/model", sizes, trained: null };
const corpus = { seqLen: 16, tokenizer: tokenizerOf(100, "a") };

/** A run's model; `declared` is its `model.vocabSize`. */
const trainedOn = (tokenizer: ManifestTokenizer | null, declared: number | null = null): ScoringModel =>
  ({ ...published, trained: { step: 4, config: {}, options: { vocabSize: declared }, tokenizer } }) as never;

const refusal = (check: () => void): object => {
  try {
    check();
  } catch (error) {
    const { message, hint } = error as { message: string; hint: string };
    return { message, hint };
  }
  return {};
};

describe("a model that shall read a corpus", () => {
  it("may have just its sizes, or a longer context", () => {
    expect(() => checkReadable(published, corpus, null)).not.toThrow();
    expect(() => checkReadable(published, { ...corpus, seqLen: 8 }, null)).not.toThrow();
    expect(() => checkReadable(trainedOn(corpus.tokenizer), corpus, null)).not.toThrow();
    expect(() => checkReadable(trainedOn(null), corpus, null)).not.toThrow();
  });

  it("must have learnt these tokens and not others of the same number", () => {
    expect(refusal(() => checkReadable(trainedOn(tokenizerOf(100, "b")), corpus, null))).toEqual({
      message:
        "the corpus' tokenizer must be the one that the model learnt, bpe of 100, bbbbbbbbbbbb, got bpe of 100, aaaaaaaaaaaa (/model)",
      hint: "score a corpus of the same tokenizer, or train a model on this one's tokens",
    });
  });

  it("must know all of its tokens", () => {
    const larger = { ...corpus, tokenizer: tokenizerOf(101, "a") };
    expect(refusal(() => checkReadable(published, larger, 100))).toEqual({
      message: "the model's vocabulary must be at least the corpus' 101, got 100 (/model)",
      hint: "score a corpus that was prepared with the model's own tokens",
    });
  });

  it("may know more tokens only where somebody says so: the command, or the run's pipeline", () => {
    const smaller = { ...corpus, tokenizer: tokenizerOf(90, "a") };
    expect(refusal(() => checkReadable(published, smaller, null))).toEqual({
      message: "the model's vocabulary must be the corpus' 90, got 100 (/model)",
      hint: "score a corpus of the model's own tokens; where its first 90 are the corpus', say so by --vocab-size 100",
    });
    expect(() => checkReadable(published, smaller, 99)).toThrow("must be the corpus' 90, got 100");
    expect(() => checkReadable(published, smaller, 100)).not.toThrow();
    expect(() => checkReadable(trainedOn(smaller.tokenizer, 100), smaller, null)).not.toThrow();
  });

  it("must see a whole row at once", () => {
    expect(refusal(() => checkReadable(published, { ...corpus, seqLen: 17 }, null))).toEqual({
      message: "the model's context must be at least the corpus' seqLen 17, got 16 (/model)",
      hint: "score with a model of a longer context, or prepare the corpus with seqLen 16",
    });
  });
});
