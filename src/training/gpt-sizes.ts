/** @file Sizes of the model to train: what the pipeline says, or the published model, and the corpus. */
import { ConfigError, mustBe } from "../errors.ts";
import type { GptSizes } from "./gpt-parameters.ts";
import { type GptOptions, freshGpt } from "./options.ts";
import type { PublishedSizes } from "./published-config.ts";

/** What the corpus asks of a model. */
export interface CorpusSizes {
  /** L, tokens a row. */
  readonly seqLen: number;
  /** Every token is below it. */
  readonly vocabSize: number;
}

const keys = ["layers", "heads", "width", "context", "vocabSize"] as const;

/** A published model's sizes, which the pipeline may repeat but not change. */
const checkAgreement = (model: GptOptions, published: PublishedSizes): void => {
  const differing = keys.find((key) => model[key] !== null && model[key] !== published[key]);
  if (differing !== undefined)
    throw new ConfigError(
      mustBe(differing, `${published[differing]} as the model in model.from has`, model[differing]),
      { keyPath: `model.${differing}`, hint: "leave it out: config.json says it" },
    );
};

const checkVocabulary = (model: GptOptions, vocabSize: number, corpus: CorpusSizes): void => {
  const keyPath = model.vocabSize === null ? "model.from" : "model.vocabSize";
  if (vocabSize < corpus.vocabSize)
    throw new ConfigError(mustBe("vocabulary", `at least the corpus' ${corpus.vocabSize}`, vocabSize), {
      keyPath,
      hint: "prepare the corpus with a smaller vocabulary, or with the model's own tokens",
    });
  if (model.vocabSize === null && vocabSize !== corpus.vocabSize)
    throw new ConfigError(mustBe("vocabulary", `the corpus' ${corpus.vocabSize}`, vocabSize), {
      keyPath,
      hint: `prepare the corpus with the model's tokens; or, to take its first ${corpus.vocabSize} for the corpus' whatever they meant, set model.vocabSize to ${vocabSize}`,
    });
};

/**
 * All sizes of the model.
 * @param published sizes of the model in `model.from`; undefined where the model starts afresh
 * @throws {ConfigError} when pipeline, published model and corpus contradict each other
 */
export const gptSizesOf = (
  model: GptOptions,
  corpus: CorpusSizes,
  published: PublishedSizes | undefined,
): GptSizes => {
  if (published) checkAgreement(model, published);
  const given = published ?? freshGpt;
  const layers = model.layers ?? given.layers;
  const heads = model.heads ?? given.heads;
  const width = model.width ?? given.width;
  const context = model.context ?? published?.context ?? corpus.seqLen;
  const vocabSize = model.vocabSize ?? published?.vocabSize ?? corpus.vocabSize;
  if (width % heads !== 0)
    throw new ConfigError(mustBe("heads", `a divisor of the width ${width}`, heads), {
      keyPath: "model.heads",
    });
  if (context < corpus.seqLen)
    throw new ConfigError(mustBe("context", `at least the corpus' seqLen ${corpus.seqLen}`, context), {
      keyPath: model.context === null ? "model.from" : "model.context",
    });
  checkVocabulary(model, vocabSize, corpus);
  return { layers, heads, width, context, vocabSize, biases: model.biases };
};
