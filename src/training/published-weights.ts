/** @file Loads the weights of a GPT-2 that transformers wrote, whatever the precision and prefix they were saved with. */
import { join } from "node:path";

import { ConfigError } from "../errors.ts";
import type { Files } from "../files.ts";
import { type StoredTensor, setParts, storedTensors } from "./gpt-checkpoint.ts";
import type { GptSizes } from "./gpt-parameters.ts";
import type { ParameterMemory } from "./parameter-memory.ts";
import { type SafetensorsFile, parseSafetensors } from "./safetensors.ts";
import { type FloatType, widen } from "./widen.ts";

const PREFIX = "transformer.";

/** Causal masks that old checkpoints carry along. */
const isMask = (name: string): boolean => /(^|\.)attn\.(masked_)?bias$/.test(name);

/** Our name of a tensor: GPT2Model alone saves without the prefix. */
const ourName = (name: string): string =>
  name === READ_OUT || name.startsWith(PREFIX) ? name : PREFIX + name;

/** The read-out, which is the token embedding again. */
const READ_OUT = "lm_head.weight";
const EMBEDDING = `${PREFIX}wte.weight`;

const isFloat = (type: string | undefined): type is FloatType =>
  type === "F32" || type === "F16" || type === "BF16";

const read = (file: SafetensorsFile, name: string, shape: readonly number[], path: string): Float32Array => {
  const type = file.headers.get(name)?.dtype;
  if (type !== undefined && !isFloat(type))
    throw new ConfigError(`tensor ${name} must be F32, F16 or BF16, got ${type}`, {
      keyPath: "model.from",
      path,
      hint: "save the model in one of these: model.float().save_pretrained(folder)",
    });
  return widen(type ?? "F32", file.read({ name, dtype: type ?? "F32", shape }));
};

/**
 * Reads `folder`/model.safetensors into the parameters. Names may lack `transformer.`; masks are left aside, a read-out must be the
 * embedding again.
 * @throws {ConfigError} when the file is missing, or holds tensors that a GPT-2 has not
 * @throws {LedgerError} when it is damaged, or a tensor is missing or of another shape than config.json says. O(bytes), held in memory meanwhile.
 */
export const loadPublished = async (
  files: Files,
  folder: string,
  { sizes, memory }: { readonly sizes: GptSizes; readonly memory: ParameterMemory },
): Promise<void> => {
  const path = join(folder, "model.safetensors");
  const place = { keyPath: "model.from", path };
  if (!(await files.exists(path)))
    throw new ConfigError("model.from must hold model.safetensors", {
      ...place,
      hint: "save the model as one safetensors file: model.save_pretrained(folder, max_shard_size='100GB')",
    });
  const file = parseSafetensors(path, await files.read(path));
  const names = new Map(
    [...file.headers.keys()].filter((name) => !isMask(name)).map((name) => [ourName(name), name]),
  );
  const tensors: StoredTensor[] = storedTensors(sizes);
  const known = new Set([READ_OUT, ...tensors.map(({ name }) => name)]);
  const strange = [...names].find(([ours]) => !known.has(ours));
  if (strange !== undefined)
    throw new ConfigError(`tensor ${strange[1]} is none of a GPT-2`, {
      ...place,
      hint: "merge adapters into the model before saving it",
    });
  for (const tensor of tensors) {
    const values = read(file, names.get(tensor.name) ?? tensor.name, tensor.shape, path);
    setParts(tensor, values, memory, "parameter");
  }
  const readOut = names.get(READ_OUT);
  if (readOut === undefined) return;
  const { width, vocabSize } = sizes;
  const embedding = memory.view("parameter", EMBEDDING);
  if (!read(file, readOut, [vocabSize, width], path).every((value, at) => value === embedding[at]))
    throw new ConfigError(`tensor ${READ_OUT} must be that of the token embedding`, {
      ...place,
      hint: "a model with a read-out of its own cannot be loaded",
    });
};
