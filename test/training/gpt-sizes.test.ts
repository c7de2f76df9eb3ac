import { describe, expect, it } from "vitest";

import { gptSizesOf } from "../../src/training/gpt-sizes.ts";
import type { GptOptions } from "../../src/training/options.ts";

const model: GptOptions = {
  kind: "gpt",
  from: null,
  layers: null,
  heads: null,
  width: null,
  context: null,
  vocabSize: null,
  biases: true,
};
const corpus = { seqLen: 16, vocabSize: 50 };
const published = { layers: 12, heads: 12, width: 768, context: 1024, vocabSize: 50 };

describe("gptSizesOf", () => {
  it("takes what the pipeline says, and the corpus' where it says nothing", () => {
    expect(gptSizesOf(model, corpus, undefined)).toEqual({
      layers: 4,
      heads: 4,
      width: 128,
      context: 16,
      vocabSize: 50,
      biases: true,
    });
    const own = { layers: 2, heads: 3, width: 12, context: 20, vocabSize: 64, biases: false };
    expect(gptSizesOf({ ...model, ...own }, corpus, undefined)).toEqual(own);
  });

  it("takes a published model's sizes, which may be said again", () => {
    expect(gptSizesOf(model, corpus, published)).toEqual({ ...published, biases: true });
    const repeated = { ...model, layers: 12, context: 1024 };
    expect(gptSizesOf(repeated, corpus, published)).toEqual({ ...published, biases: true });
  });

  it.each([
    [{ layers: 6 }, "layers must be 12 as the model in model.from has, got 6 (model.layers)"],
    [{ vocabSize: 64 }, "vocabSize must be 50 as the model in model.from has, got 64 (model.vocabSize)"],
  ])("refuses a published model and %j", (change, message) => {
    expect(() => gptSizesOf({ ...model, ...change }, corpus, published)).toThrow(
      expect.objectContaining({ message, hint: "leave it out: config.json says it" }),
    );
  });

  it("refuses rows longer than the context, and heads that do not divide the width", () => {
    expect(() => gptSizesOf({ ...model, context: 8 }, corpus, undefined)).toThrow(
      "context must be at least the corpus' seqLen 16, got 8 (model.context)",
    );
    expect(() => gptSizesOf(model, { ...corpus, seqLen: 2048 }, published)).toThrow(
      "context must be at least the corpus' seqLen 2048, got 1024 (model.from)",
    );
    expect(() => gptSizesOf({ ...model, heads: 5 }, corpus, undefined)).toThrow(
      "heads must be a divisor of the width 128, got 5 (model.heads)",
    );
  });

  it("takes another vocabulary for the corpus' only when told to", () => {
    expect(() => gptSizesOf({ ...model, vocabSize: 49 }, corpus, undefined)).toThrow(
      "vocabulary must be at least the corpus' 50, got 49 (model.vocabSize)",
    );
    const large = { ...published, vocabSize: 50257 };
    expect(() => gptSizesOf(model, corpus, large)).toThrow(
      expect.objectContaining({
        message: "vocabulary must be the corpus' 50, got 50257 (model.from)",
        hint: "prepare the corpus with the model's tokens; or, to take its first 50 for the corpus' whatever they meant, set model.vocabSize to 50257",
      }),
    );
    expect(gptSizesOf({ ...model, vocabSize: 50257 }, corpus, large).vocabSize).toBe(50257);
  });
});
