import { readFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createFiles } from "../../src/files.ts";
import { saveGpt } from "../../src/training/gpt-checkpoint.ts";
import { type GptSizes, gptParameters } from "../../src/training/gpt-parameters.ts";
import { openGptTrainer } from "../../src/training/gpt-trainer.ts";
import { type ParameterMemory, createParameterMemory } from "../../src/training/parameter-memory.ts";
import { loadPublished } from "../../src/training/published-weights.ts";
import { type TensorToWrite, parseSafetensors, writeSafetensors } from "../../src/training/safetensors.ts";
import { hashedParameter } from "../support/hashed-gpt.ts";
import { smallGpt } from "../support/small-gpt.ts";

const fixture = fileURLToPath(new URL("../fixtures/published-gpt2", import.meta.url));
const files = createFiles();
const sizes: GptSizes = { layers: 1, heads: 2, width: 8, context: 6, vocabSize: 11, biases: true };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "published-"));
});
afterEach(() => rm(folder, { recursive: true }));

const memoryOf = (fill: boolean): ParameterMemory => {
  const parameters = gptParameters(sizes);
  const memory = createParameterMemory(parameters);
  if (fill)
    for (const parameter of parameters)
      memory.view("parameter", parameter.name).set(hashedParameter(parameter));
  return memory;
};
const numbersOf = (memory: ParameterMemory): Record<string, Float32Array> =>
  Object.fromEntries(gptParameters(sizes).map(({ name }) => [name, memory.view("parameter", name)]));

/** Our own checkpoint, its tensors changed. */
const publish = async (change: (tensors: TensorToWrite[]) => TensorToWrite[]): Promise<ParameterMemory> => {
  const memory = memoryOf(true);
  for (const name of await files.list(folder)) await files.remove(join(folder, name));
  await saveGpt(files, folder, { sizes, memory, endOfText: null }, 0);
  const path = join(folder, "model.safetensors");
  const file = parseSafetensors(path, await files.read(path));
  const tensors = [...file.headers].map(([name, { shape }]): TensorToWrite => {
    const header = { name, dtype: "F32", shape } as const;
    return { ...header, bytes: () => file.read(header) };
  });
  await files.remove(path);
  await writeSafetensors(files, path, change(tensors), {});
  return memory;
};
const extra = (name: string, values: Float32Array, shape: readonly number[]): TensorToWrite => ({
  name,
  dtype: "F32",
  shape,
  bytes: () => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
});
const loading = (): Promise<void> => loadPublished(files, folder, { sizes, memory: memoryOf(false) });

describe("a GPT-2 that transformers wrote", () => {
  it("has the losses here that it has there: float16, without prefix, with masks", async () => {
    const { tokens, losses }: { tokens: number[][]; losses: number[] } = JSON.parse(
      await readFile(join(fixture, "losses.json"), "utf8"),
    );
    const options = smallGpt({ batchSize: tokens.length });
    const model = { ...options.model, from: fixture, layers: null, heads: null, width: null };
    const trainer = await openGptTrainer({ ...options, model, seqLen: 16, vocabSize: 61 });
    const scored = await trainer.score(Uint16Array.from(tokens.flat()), tokens.length);
    await trainer.close();
    for (const [row, loss] of losses.entries()) expect(Math.abs(scored[row]! - loss)).toBeLessThan(1e-5);
  });
});

describe("loadPublished", () => {
  it("reads our own checkpoints, and names without the prefix", async () => {
    const memory = await publish((tensors) => tensors);
    const loaded = memoryOf(false);
    await loadPublished(files, folder, { sizes, memory: loaded });
    expect(numbersOf(loaded)).toEqual(numbersOf(memory));
    await publish((tensors) =>
      tensors.map((tensor) => ({ ...tensor, name: tensor.name.replace("transformer.", "") })),
    );
    const bare = memoryOf(false);
    await loadPublished(files, folder, { sizes, memory: bare });
    expect(numbersOf(bare)).toEqual(numbersOf(memory));
  });

  it("takes a read-out that is the embedding, and no other", async () => {
    const embedding = hashedParameter({ name: "transformer.wte.weight", shape: [11, 8] });
    await publish((tensors) => [...tensors, extra("lm_head.weight", embedding, [11, 8])]);
    await loading();
    const other = embedding.slice().fill(1, 87);
    await publish((tensors) => [...tensors, extra("lm_head.weight", other, [11, 8])]);
    await expect(loading()).rejects.toMatchObject({
      problem: "tensor lm_head.weight must be that of the token embedding",
      hint: "a model with a read-out of its own cannot be loaded",
    });
  });

  it("refuses tensors it does not know, cannot widen, or does not find", async () => {
    await publish((tensors) => [...tensors, extra("h.0.attn.c_attn.lora_A", new Float32Array(2), [2])]);
    await expect(loading()).rejects.toMatchObject({
      name: "ConfigError",
      problem: "tensor h.0.attn.c_attn.lora_A is none of a GPT-2",
      hint: "merge adapters into the model before saving it",
    });
    await publish((tensors) =>
      tensors.map((tensor) =>
        tensor.name === "transformer.wpe.weight"
          ? { ...tensor, dtype: "I64" as const, bytes: () => new Uint8Array(8 * 48) }
          : tensor,
      ),
    );
    await expect(loading()).rejects.toMatchObject({
      problem: "tensor transformer.wpe.weight must be F32, F16 or BF16, got I64",
    });
    await publish((tensors) => tensors.slice(1));
    await expect(loading()).rejects.toThrow("tensor transformer.wte.weight must be F32 [11, 8], got none");
    await files.remove(join(folder, "model.safetensors"));
    await expect(loading()).rejects.toMatchObject({
      problem: "model.from must hold model.safetensors",
      hint: expect.stringContaining("max_shard_size"),
    });
  });
});
