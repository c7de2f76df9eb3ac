import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createFiles } from "../../src/files.ts";
import { readPublishedSizes } from "../../src/training/published-config.ts";

const fixture = fileURLToPath(new URL("../fixtures/published-gpt2", import.meta.url));
const files = createFiles();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "published-"));
  await cp(fixture, folder, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true }));

/** What reading says once config.json has these values instead. */
const refusalOf = async (change: object): Promise<unknown> => {
  const config: object = JSON.parse(await files.readText(join(fixture, "config.json")));
  await writeFile(join(folder, "config.json"), JSON.stringify({ ...config, ...change }));
  return readPublishedSizes(files, folder).catch((thrown: unknown) => thrown);
};

describe("a published model's config.json", () => {
  it("says the sizes", async () => {
    const sizes = { layers: 2, heads: 2, width: 16, context: 24, vocabSize: 61 };
    expect(await readPublishedSizes(files, fixture)).toEqual(sizes);
    const least = {
      model_type: "gpt2",
      n_layer: 12,
      n_head: 12,
      n_embd: 768,
      n_positions: 1024,
      vocab_size: 50257,
    };
    await writeFile(join(folder, "config.json"), JSON.stringify(least));
    expect(await readPublishedSizes(files, folder)).toMatchObject({ layers: 12, vocabSize: 50257 });
  });

  it.each([
    [{ model_type: "llama" }, 'model_type must be "gpt2", got "llama"'],
    [
      { activation_function: "relu" },
      'activation_function must be one of "gelu_new"|"gelu_pytorch_tanh", got "relu"',
    ],
    [{ n_inner: 65 }, "n_inner must be null or 4 times n_embd, got 65"],
    [{ n_head: 3 }, "n_head must be a divisor of n_embd, got 3"],
    [{ layer_norm_epsilon: 1e-6 }, "layer_norm_epsilon must be 0.00001, got 0.000001"],
    [{ scale_attn_by_inverse_layer_idx: true }, "scale_attn_by_inverse_layer_idx must be false, got true"],
    [{ tie_word_embeddings: false }, "tie_word_embeddings must be true, got false"],
    [{ n_layer: undefined }, "n_layer must be number, got undefined"],
  ])("is refused with %j", async (change, problem) => {
    expect(await refusalOf(change)).toMatchObject({
      name: "ConfigError",
      problem,
      facts: { keyPath: "model.from", path: join(folder, "config.json") },
      hint: "only GPT-2 as it was published can be loaded",
    });
  });

  it("must be there, and JSON", async () => {
    await writeFile(join(folder, "config.json"), "{");
    await expect(readPublishedSizes(files, folder)).rejects.toThrow("config.json is not JSON (model.from, ");
    await expect(readPublishedSizes(files, join(folder, "none"))).rejects.toMatchObject({
      problem: "model.from must be a folder with config.json and model.safetensors",
      hint: expect.stringContaining("save_pretrained"),
    });
  });
});
