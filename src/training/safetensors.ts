/** @file safetensors files, written and read: an 8-byte length, a JSON header, then the tensors' bytes one after the other.
 * Format: https://github.com/huggingface/safetensors#format */
import { LedgerError } from "../errors.ts";
import type { Files } from "../files.ts";
import { sizeOf } from "../tensor/shape.ts";

const elementBytes = { F32: 4, F16: 2, BF16: 2, I64: 8 } as const;

/** Name, element type and shape of a tensor. */
export interface TensorHeader {
  readonly name: string;
  readonly dtype: keyof typeof elementBytes;
  readonly shape: readonly number[];
}

/** A tensor to be written; `bytes` is called when its turn comes, little-endian, row-major. */
export interface TensorToWrite extends TensorHeader {
  readonly bytes: () => Uint8Array;
}

const byteLengthOf = ({ dtype, shape }: TensorHeader): number => elementBytes[dtype] * sizeOf(shape);

/** Length and JSON header, padded with spaces so that the data start at a multiple of 8. */
const encodeHeader = (
  tensors: readonly TensorHeader[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array => {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const tensor of tensors) {
    const start = end;
    end += byteLengthOf(tensor);
    header[tensor.name] = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [start, end] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const bytes = Buffer.alloc(8 + Math.ceil(json.byteLength / 8) * 8, " ");
  bytes.writeBigUInt64LE(BigInt(bytes.byteLength - 8));
  json.copy(bytes, 8);
  return bytes;
};

/**
 * Writes and syncs a new file, one tensor at a time, so that memory holds one of them beside the model.
 * @throws {StorageError} when the disk refuses
 */
export const writeSafetensors = async (
  files: Files,
  path: string,
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
): Promise<void> => {
  const file = await files.openAppend(path, 0);
  try {
    await file.append(encodeHeader(tensors, metadata));
    for (const tensor of tensors) await file.append(tensor.bytes());
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Tensors of a file in memory. */
export interface SafetensorsFile {
  /** Element type and shape as the file states them, by name. */
  readonly headers: ReadonlyMap<string, { readonly dtype: string; readonly shape: readonly number[] }>;
  /** A copy of a tensor of the stated type and shape, in a buffer of its own. O(bytes).
   * @throws {LedgerError} when there is no such tensor, or it has another type or shape */
  read(expected: TensorHeader): Uint8Array<ArrayBuffer>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const damaged = (path: string, problem: string, cause?: unknown): LedgerError =>
  new LedgerError(problem, { path, hint: "the file is damaged; use another checkpoint" }, cause);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
const isEntry = (value: unknown): value is Entry =>
  isRecord(value) &&
  typeof value["dtype"] === "string" &&
  isCounts(value["shape"]) &&
  isCounts(value["data_offsets"]) &&
  value["data_offsets"].length === 2;

const parseHeader = (path: string, json: string): Map<string, Entry> => {
  const entries = new Map<string, Entry>();
  let header: unknown;
  try {
    header = JSON.parse(json);
  } catch (error) {
    throw damaged(path, "safetensors header must be JSON", error);
  }
  if (!isRecord(header)) throw damaged(path, "safetensors header must be a JSON object");
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    if (!isEntry(entry))
      throw damaged(path, `safetensors entry ${name} must be dtype, shape and data_offsets`);
    entries.set(name, entry);
  }
  return entries;
};

const describe = (dtype: string, shape: readonly number[]): string => `${dtype} [${shape.join(", ")}]`;

/**
 * Opens the bytes of a file, after a check that they are as many as the header says.
 * @param path where they come from, for messages
 * @throws {LedgerError} when they are not a whole safetensors file
 */
export const parseSafetensors = (path: string, bytes: Uint8Array): SafetensorsFile => {
  const { buffer, byteOffset, byteLength } = bytes;
  const content = Buffer.from(buffer, byteOffset, byteLength);
  if (byteLength < 8) throw damaged(path, `safetensors file must be at least 8 bytes, got ${byteLength}`);
  const headerBytes = Number(content.readBigUInt64LE());
  const dataStart = 8 + headerBytes;
  if (dataStart > byteLength)
    throw damaged(path, `safetensors header must end inside the file, got ${headerBytes} bytes`);
  const entries = parseHeader(path, content.toString("utf8", 8, dataStart));
  let dataEnd = 0;
  for (const { data_offsets: offsets } of entries.values()) dataEnd = Math.max(dataEnd, offsets[1]);
  if (dataStart + dataEnd !== byteLength)
    throw damaged(path, `safetensors file must be ${dataStart + dataEnd} bytes, got ${byteLength}`);

  return {
    headers: entries,
    read: (expected) => {
      const entry = entries.get(expected.name);
      const wanted = describe(expected.dtype, expected.shape);
      const got = entry === undefined ? "none" : describe(entry.dtype, entry.shape);
      if (entry === undefined || got !== wanted)
        throw new LedgerError(`tensor ${expected.name} must be ${wanted}, got ${got}`, {
          path,
          hint: "this checkpoint is of another model; use the configuration it was made with",
        });
      const [start, end] = entry.data_offsets;
      if (end - start !== byteLengthOf(expected))
        throw damaged(
          path,
          `tensor ${expected.name} must be ${byteLengthOf(expected)} bytes, got ${end - start}`,
        );
      return new Uint8Array(bytes.subarray(dataStart + start, dataStart + end));
    },
  };
};
