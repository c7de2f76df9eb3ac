/** @file Text from a model, token by token. */
import { ConfigError, mustBe } from "../errors.ts";
import { keyOf, threefry2x32 } from "../random.ts";
import type { GptSizes } from "./gpt-parameters.ts";
import { nextToken } from "./next-token.ts";

/** What to write, and how freely. */
export interface GenerateOptions {
  /** At least one token; the last `context` ones are seen. */
  readonly prompt: ArrayLike<number>;
  /** Tokens to write at most. */
  readonly count: number;
  /** Logits are divided by it; 0 always takes the likeliest token. Default 1. */
  readonly temperature?: number;
  /** Only that many likeliest tokens can be drawn; all when left out. */
  readonly topK?: number;
  readonly seed: string | number;
  /** Token that ends the text; it is not part of the result. */
  readonly stopAt?: number;
}

const requireIn = (tokens: ArrayLike<number>, vocabSize: number): void => {
  if (tokens.length === 0) throw new ConfigError(mustBe("prompt", "at least one token", 0));
  const strange = Array.from(tokens).find((token) => !(token >= 0 && token < vocabSize));
  if (strange !== undefined)
    throw new ConfigError(mustBe("prompt token", `below the vocabulary's size ${vocabSize}`, strange));
};

/**
 * Continues a prompt: token i is drawn by random word f(seed, i) from the logits after all before it, so a text can be written again.
 * @param logitsOf logits, shape [V], of the token after the last of at most `context` tokens
 * @returns the new tokens, the prompt left out
 * @throws {ConfigError} when the prompt is empty or holds tokens outside the vocabulary
 */
export const generate = async (
  logitsOf: (context: Uint32Array) => Promise<Float32Array>,
  { context, vocabSize }: Pick<GptSizes, "context" | "vocabSize">,
  { prompt, count, temperature = 1, topK, seed, stopAt }: GenerateOptions,
): Promise<Uint32Array> => {
  requireIn(prompt, vocabSize);
  const key = keyOf(seed, "", "generate");
  const tokens = Array.from(prompt);
  for (let made = 0; made < count; made++) {
    const logits = await logitsOf(Uint32Array.from(tokens.slice(-context)));
    const unit = threefry2x32(key, made, 0)[0] / 2 ** 32;
    const token = nextToken(logits, { temperature, topK: topK ?? null }, unit);
    if (token === stopAt) break;
    tokens.push(token);
  }
  return Uint32Array.from(tokens.slice(prompt.length));
};
