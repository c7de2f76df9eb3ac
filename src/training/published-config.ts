/** @file What a GPT-2 that transformers wrote says of itself in config.json, and whether our GPT computes the same. */
import { join } from "node:path";
import { z } from "zod";

import { ConfigError, mustBe } from "../errors.ts";
import type { Files } from "../files.ts";
import type { GptSizes } from "./gpt-parameters.ts";

/** Sizes of a published model; it always has biases. */
export type PublishedSizes = Omit<GptSizes, "biases">;

/** Keys of config.json that change what is computed, with transformers' defaults; our GPT computes one value of each. */
const configSchema = z
  .object({
    model_type: z.literal("gpt2"),
    n_layer: z.int().min(1),
    n_head: z.int().min(1),
    n_embd: z.int().min(1),
    n_positions: z.int().min(2),
    vocab_size: z.int().min(1),
    n_inner: z.int().nullable().default(null),
    activation_function: z.enum(["gelu_new", "gelu_pytorch_tanh"]).default("gelu_new"),
    layer_norm_epsilon: z.literal(1e-5).default(1e-5),
    scale_attn_weights: z.literal(true).default(true),
    scale_attn_by_inverse_layer_idx: z.literal(false).default(false),
    add_cross_attention: z.literal(false).default(false),
    tie_word_embeddings: z.literal(true).default(true),
  })
  .refine(({ n_inner, n_embd }) => n_inner === null || n_inner === 4 * n_embd, {
    path: ["n_inner"],
    error: "Invalid input: expected null or 4 times n_embd",
  })
  .refine(({ n_head, n_embd }) => n_embd % n_head === 0, {
    path: ["n_head"],
    error: "Invalid input: expected a divisor of n_embd",
  });

const valueAt = (content: unknown, key: PropertyKey | undefined): unknown =>
  typeof content === "object" && content !== null && key !== undefined
    ? Reflect.get(content, key)
    : undefined;

const parse = (path: string, text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError("config.json is not JSON", { keyPath: "model.from", path }, error);
  }
};

/**
 * Reads `folder`/config.json.
 * @throws {ConfigError} when there is none, or the model is not one that our GPT computes
 */
export const readPublishedSizes = async (files: Files, folder: string): Promise<PublishedSizes> => {
  const path = join(folder, "config.json");
  if (!(await files.exists(path)))
    throw new ConfigError("model.from must be a folder with config.json and model.safetensors", {
      keyPath: "model.from",
      path: folder,
      hint: "name the folder that transformers' save_pretrained wrote, or that a GPT-2 was downloaded into",
    });
  const content = parse(path, await files.readText(path));
  const result = configSchema.safeParse(content);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const rule = issue.message.replace(/^.*expected /, "").replace(/, received .*$/, "");
    const [key] = issue.path;
    throw new ConfigError(mustBe(String(key ?? "config.json"), rule, valueAt(content, key)), {
      keyPath: "model.from",
      path,
      hint: "only GPT-2 as it was published can be loaded",
    });
  }
  const { n_layer, n_head, n_embd, n_positions, vocab_size } = result.data;
  return { layers: n_layer, heads: n_head, width: n_embd, context: n_positions, vocabSize: vocab_size };
};
