import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { LedgerError, StorageError } from "../../src/errors.ts";
import { createFiles } from "../../src/files.ts";
import { parseSafetensors, writeSafetensors } from "../../src/training/safetensors.ts";

const files = createFiles();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "safetensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

const bytesOf = (values: Float32Array | BigInt64Array): Uint8Array => new Uint8Array(values.buffer);
const matrix = { name: "matrix", dtype: "F32", shape: [2, 3] } as const;
const count = { name: "count", dtype: "I64", shape: [] } as const;
const values = Float32Array.of(1, -2, 3, 0.5, Infinity, -0);
let written = 0;
const write = async (): Promise<Uint8Array> => {
  const path = join(folder, `${++written}.safetensors`);
  const tensors = [
    { ...count, bytes: () => bytesOf(BigInt64Array.of(-7n)) },
    { ...matrix, bytes: () => bytesOf(values) },
  ];
  await writeSafetensors(files, path, tensors, { format: "pt" });
  return files.read(path);
};
/** A file with any header and any data. */
const fileOf = (header: string, data: Uint8Array = new Uint8Array()): Uint8Array => {
  const length = Buffer.byteLength(header);
  const bytes = Buffer.alloc(8 + length + data.length);
  bytes.writeBigUInt64LE(BigInt(length));
  bytes.write(header, 8);
  bytes.set(data, 8 + length);
  return bytes;
};

describe("a safetensors file", () => {
  it("has the format's bytes, its data at a multiple of 8", async () => {
    const bytes = Buffer.from(await write());
    const length = Number(bytes.readBigUInt64LE());
    expect(length % 8).toBe(0);
    const header = bytes.toString("utf8", 8, 8 + length);
    expect(header.trimEnd()).toBe(
      '{"__metadata__":{"format":"pt"},"count":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"matrix":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}}',
    );
    expect(bytes.length).toBe(8 + length + 32);
    expect(bytes.readBigInt64LE(8 + length)).toBe(-7n);
    expect(bytes.readFloatLE(8 + length + 8 + 4)).toBe(-2);
  });

  it("gives back what was written", async () => {
    const file = parseSafetensors("file", await write());
    expect([...file.headers.keys()]).toEqual(["count", "matrix"]);
    expect(new Float32Array(file.read(matrix).buffer)).toEqual(values);
    expect(new BigInt64Array(file.read(count).buffer)[0]).toBe(-7n);
  });

  it("refuses tensors that are not as expected", async () => {
    const file = parseSafetensors("some/file", await write());
    const hint = "this checkpoint is of another model; use the configuration it was made with";
    for (const [expected, message] of [
      [{ ...matrix, shape: [3, 2] }, "tensor matrix must be F32 [3, 2], got F32 [2, 3] (some/file)"],
      [{ ...matrix, dtype: "I64" as const }, "tensor matrix must be I64 [2, 3], got F32 [2, 3] (some/file)"],
      [{ ...matrix, name: "other" }, "tensor other must be F32 [2, 3], got none (some/file)"],
    ] as const) {
      const read = (): unknown => file.read(expected);
      expect(read).toThrow(LedgerError);
      expect(read).toThrow(expect.objectContaining({ message, hint }));
    }
  });

  it("is refused when cut at any byte", async () => {
    const bytes = await write();
    for (let end = 0; end < bytes.length; end++)
      expect(() => parseSafetensors("file", bytes.subarray(0, end))).toThrow(LedgerError);
    expect(() => parseSafetensors("file", bytes.subarray(0, 20))).toThrow(
      /safetensors header must end inside the file, got \d+ bytes \(file\)/,
    );
    expect(() => parseSafetensors("file", bytes.subarray(0, -1))).toThrow(
      `safetensors file must be ${bytes.length} bytes, got ${bytes.length - 1} (file)`,
    );
    expect(() => parseSafetensors("file", new Uint8Array(7))).toThrow(
      "safetensors file must be at least 8 bytes, got 7 (file)",
    );
  });

  it("is refused when its header is not one", () => {
    const refusal = (header: string): unknown => {
      try {
        return parseSafetensors("file", fileOf(header));
      } catch (error) {
        return error instanceof LedgerError ? error.problem : error;
      }
    };
    expect(refusal("{")).toBe("safetensors header must be JSON");
    expect(refusal("7")).toBe("safetensors header must be a JSON object");
    for (const entry of ["7", "{}", '{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}'])
      expect(refusal(`{"x":${entry}}`)).toBe("safetensors entry x must be dtype, shape and data_offsets");
    const short = parseSafetensors(
      "file",
      fileOf('{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', new Uint8Array(4)),
    );
    expect(() => short.read({ name: "x", dtype: "F32", shape: [2] })).toThrow(
      "tensor x must be 8 bytes, got 4 (file)",
    );
  });

  it("never breaks on arbitrary headers but by our error", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.uint8Array({ maxLength: 8 }), (header, data) => {
        const outcome = ((): unknown => {
          try {
            return parseSafetensors("file", fileOf(header, data)).headers;
          } catch (error) {
            return error;
          }
        })();
        expect(outcome instanceof Map || outcome instanceof LedgerError).toBe(true);
      }),
    );
  });

  it("says where it could not be written", async () => {
    const path = join(folder, "missing", "x.safetensors");
    await expect(writeSafetensors(files, path, [], {})).rejects.toThrow(StorageError);
  });
});
