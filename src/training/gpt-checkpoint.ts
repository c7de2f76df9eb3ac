/** @file A GPT on disk: model.safetensors and config.json as transformers load them, optimizer.safetensors with AdamW's moments. */
import { join } from "node:path";

import { LedgerError } from "../errors.ts";
import type { Files } from "../files.ts";
import { type GptSizes, gptParameters, projections } from "./gpt-parameters.ts";
import type { ParameterMemory, Region } from "./parameter-memory.ts";
import {
  type SafetensorsFile,
  type TensorHeader,
  parseSafetensors,
  writeSafetensors,
} from "./safetensors.ts";

/** A tensor of the checkpoint and the parameters it is made of. */
export interface StoredTensor extends TensorHeader {
  /** Joined along the last axis; none: the tensor is zeros, a bias that the model does not have. */
  readonly parts: readonly string[];
}

/**
 * GPT-2's tensors in the order of the forward pass: ours, but query, key and value are one `c_attn`, [D, 3D] and [3D],
 * and biases that the model does not have are zeros. The read-out is not stored: it is `transformer.wte.weight`.
 */
export const storedTensors = (sizes: GptSizes): StoredTensor[] => {
  const ours = new Set(gptParameters(sizes).map(({ name }) => name));
  const [first, ...others] = projections;
  const isJoinedAway = (name: string): boolean => others.some((other) => name.includes(`.attn.${other}.`));
  return gptParameters({ ...sizes, biases: true })
    .filter(({ name }) => !isJoinedAway(name))
    .map(({ name, shape }) => {
      const joined = name.includes(`.attn.${first}.`);
      const parts = joined ? projections.map((projection) => name.replace(first, projection)) : [name];
      return {
        name: name.replace(`.attn.${first}.`, ".attn.c_attn."),
        dtype: "F32" as const,
        shape: joined ? [...shape.slice(0, -1), shape.at(-1)! * projections.length] : shape,
        parts: parts.filter((part) => ours.has(part)),
      };
    });
};

const bytesOf = (values: Float32Array | BigInt64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Copies between the parts and the tensor they are columns of. */
const copyColumns = (
  tensor: StoredTensor,
  whole: Float32Array,
  viewOf: (part: string) => Float32Array,
  direction: "join" | "split",
): void => {
  const width = tensor.shape.at(-1)!;
  const partWidth = width / tensor.parts.length;
  for (const [place, part] of tensor.parts.entries()) {
    const values = viewOf(part);
    for (let row = 0; row < whole.length / width; row++) {
      const start = row * width + place * partWidth;
      const columns = whole.subarray(start, start + partWidth);
      const own = values.subarray(row * partWidth, (row + 1) * partWidth);
      if (direction === "join") columns.set(own);
      else own.set(columns);
    }
  }
};

const joined = (tensor: StoredTensor, memory: ParameterMemory, region: Region): Uint8Array => {
  const [only, ...more] = tensor.parts;
  if (only !== undefined && more.length === 0) return bytesOf(memory.view(region, only));
  const whole = new Float32Array(tensor.shape.reduce((size, length) => size * length, 1));
  copyColumns(tensor, whole, (part) => memory.view(region, part), "join");
  return bytesOf(whole);
};

const moments = ["firstMoment", "secondMoment"] as const;

const configOf = (sizes: GptSizes, endOfText: number | null): object => ({
  architectures: ["GPT2LMHeadModel"],
  model_type: "gpt2",
  vocab_size: sizes.vocabSize,
  n_positions: sizes.context,
  n_embd: sizes.width,
  n_layer: sizes.layers,
  n_head: sizes.heads,
  n_inner: null,
  activation_function: "gelu_new",
  layer_norm_epsilon: 1e-5,
  initializer_range: 0.02,
  scale_attn_weights: true,
  tie_word_embeddings: true,
  resid_pdrop: 0,
  embd_pdrop: 0,
  attn_pdrop: 0,
  bos_token_id: endOfText,
  eos_token_id: endOfText,
  dtype: "float32",
});

/** What a checkpoint is of. */
export interface GptState {
  readonly sizes: GptSizes;
  readonly memory: ParameterMemory;
  /** Token that ends a document; null when there is none. */
  readonly endOfText: number | null;
}

/** Writes and syncs the three files into an existing folder. `updates` is the number of AdamW's updates so far. @throws {StorageError} */
export const saveGpt = async (
  files: Files,
  folder: string,
  { sizes, memory, endOfText }: GptState,
  updates: number,
): Promise<void> => {
  const tensors = storedTensors(sizes);
  await files.write(join(folder, "config.json"), `${JSON.stringify(configOf(sizes, endOfText), null, 2)}\n`);
  await writeSafetensors(
    files,
    join(folder, "model.safetensors"),
    tensors.map((tensor) => ({ ...tensor, bytes: () => joined(tensor, memory, "parameter") })),
    { format: "pt" },
  );
  const count = { name: "updates", dtype: "I64", shape: [] } as const;
  await writeSafetensors(
    files,
    join(folder, "optimizer.safetensors"),
    [
      { ...count, bytes: () => bytesOf(BigInt64Array.of(BigInt(updates))) },
      ...moments.flatMap((moment) =>
        tensors.map((tensor) => ({
          ...tensor,
          name: `${moment}.${tensor.name}`,
          bytes: () => joined(tensor, memory, moment),
        })),
      ),
    ],
    { format: "pt" },
  );
};

/**
 * Writes a stored tensor's numbers into the parameters it is made of.
 * @throws {LedgerError} when it is a bias of a model without biases, and not zeros
 */
export const setParts = (
  tensor: StoredTensor,
  whole: Float32Array,
  memory: ParameterMemory,
  region: Region,
): void => {
  if (tensor.parts.length === 0 && whole.some((value) => value !== 0))
    throw new LedgerError(`tensor ${tensor.name} must be zeros in a model without biases`, {
      hint: "set model.biases to true",
    });
  copyColumns(tensor, whole, (part) => memory.view(region, part), "split");
};

/**
 * Reads what {@link saveGpt} wrote into the memory.
 * @returns the number of updates so far
 * @throws {LedgerError} when a file is damaged or of a model of other sizes; the memory may then hold a part
 * @throws {StorageError} when a file cannot be read
 */
export const loadGpt = async (files: Files, folder: string, { sizes, memory }: GptState): Promise<number> => {
  const open = async (name: string): Promise<SafetensorsFile> => {
    const path = join(folder, name);
    return parseSafetensors(path, await files.read(path));
  };
  const tensors = storedTensors(sizes);
  const readTensor = (file: SafetensorsFile, tensor: StoredTensor, region: Region): void =>
    setParts(tensor, new Float32Array(file.read(tensor).buffer), memory, region);
  const model = await open("model.safetensors");
  for (const tensor of tensors) readTensor(model, tensor, "parameter");
  const optimizer = await open("optimizer.safetensors");
  for (const moment of moments)
    for (const tensor of tensors)
      readTensor(optimizer, { ...tensor, name: `${moment}.${tensor.name}` }, moment);
  const updates = optimizer.read({ name: "updates", dtype: "I64", shape: [] });
  return Number(new BigInt64Array(updates.buffer)[0]);
};
