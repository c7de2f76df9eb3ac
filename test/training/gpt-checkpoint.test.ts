import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { LedgerError } from "../../src/errors.ts";
import { createFiles } from "../../src/files.ts";
import { type GptState, loadGpt, saveGpt, storedTensors } from "../../src/training/gpt-checkpoint.ts";
import { type GptSizes, gptParameters } from "../../src/training/gpt-parameters.ts";
import { createParameterMemory, regions } from "../../src/training/parameter-memory.ts";
import { parseSafetensors } from "../../src/training/safetensors.ts";
import { hashedParameter } from "../support/hashed-gpt.ts";

const files = createFiles();
const sizes: GptSizes = { layers: 2, heads: 2, width: 8, context: 6, vocabSize: 11, biases: true };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "checkpoint-"));
});
afterEach(() => rm(folder, { recursive: true }));

const stateOf = (chosen: GptSizes, fill: boolean): GptState => {
  const parameters = gptParameters(chosen);
  const memory = createParameterMemory(parameters);
  if (fill)
    for (const { name, shape } of parameters)
      for (const region of regions)
        memory.view(region, name).set(hashedParameter({ name: `${region} ${name}`, shape }));
  return { sizes: chosen, memory, endOfText: 10 };
};
const numbersOf = ({ memory }: GptState): Record<string, Float32Array> =>
  Object.fromEntries(
    (["parameter", "firstMoment", "secondMoment"] as const).flatMap((region) =>
      gptParameters(sizes).map(({ name }) => [`${region} ${name}`, memory.view(region, name)]),
    ),
  );

describe("a checkpoint", () => {
  it("has the names, shapes and bytes of the saved fixture", async () => {
    await saveGpt(files, folder, stateOf(sizes, true), 42);
    const saved: Record<string, unknown> = {};
    for (const name of await files.list(folder)) {
      const bytes = await readFile(join(folder, name));
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      if (name.endsWith(".json")) {
        saved[name] = { sha256, content: JSON.parse(bytes.toString()) };
        continue;
      }
      const header = JSON.parse(bytes.toString("utf8", 8, 8 + Number(bytes.readBigUInt64LE())));
      saved[name] = { sha256, byteLength: bytes.length, header };
    }
    await expect(`${JSON.stringify(saved, null, 1)}\n`).toMatchFileSnapshot(
      "../fixtures/gpt-checkpoint.json",
    );
  });

  it("joins query, key and value as columns", async () => {
    const state = stateOf(sizes, true);
    await saveGpt(files, folder, state, 1);
    const path = join(folder, "model.safetensors");
    const file = parseSafetensors(path, await files.read(path));
    const name = "transformer.h.1.attn.c_attn.weight";
    const joined = new Float32Array(file.read({ name, dtype: "F32", shape: [8, 24] }).buffer);
    for (const [place, projection] of ["query", "key", "value"].entries()) {
      const own = state.memory.view("parameter", `transformer.h.1.attn.${projection}.weight`);
      for (let row = 0; row < 8; row++)
        for (let column = 0; column < 8; column++)
          expect(joined[row * 24 + place * 8 + column]).toBe(own[row * 8 + column]);
    }
  });

  it("gives back every number and the count of updates", async () => {
    const state = stateOf(sizes, true);
    await saveGpt(files, folder, state, 42);
    const loaded = stateOf(sizes, false);
    expect(await loadGpt(files, folder, loaded)).toBe(42);
    expect(numbersOf(loaded)).toEqual(numbersOf(state));
  });

  it("of a model without biases has zeros for them, which only such a model may ignore", async () => {
    const bare = { ...sizes, biases: false };
    const state = stateOf(bare, true);
    await saveGpt(files, folder, state, 3);
    expect(storedTensors(bare).map(({ name, shape }) => [name, shape])).toEqual(
      storedTensors(sizes).map(({ name, shape }) => [name, shape]),
    );
    const full = stateOf(sizes, true);
    await loadGpt(files, folder, full);
    expect(new Set(full.memory.view("parameter", "transformer.h.0.mlp.c_fc.bias"))).toEqual(new Set([0]));

    const other = join(folder, "other");
    await files.makeFolder(other);
    await saveGpt(files, other, stateOf(sizes, true), 3);
    await expect(loadGpt(files, other, stateOf(bare, false))).rejects.toMatchObject({
      message: "tensor transformer.h.0.attn.c_attn.bias must be zeros in a model without biases",
      hint: "set model.biases to true",
    });
  });

  it("of other sizes, cut or missing is refused by name", async () => {
    await saveGpt(files, folder, stateOf(sizes, true), 1);
    await expect(loadGpt(files, folder, stateOf({ ...sizes, vocabSize: 12 }, false))).rejects.toThrow(
      "tensor transformer.wte.weight must be F32 [12, 8], got F32 [11, 8]",
    );
    const path = join(folder, "optimizer.safetensors");
    const bytes = await files.read(path);
    await writeFile(path, bytes.subarray(0, -4));
    await expect(loadGpt(files, folder, stateOf(sizes, false))).rejects.toThrow(LedgerError);
    await rm(path);
    await expect(loadGpt(files, folder, stateOf(sizes, false))).rejects.toMatchObject({
      name: "StorageError",
      message: `cannot read optimizer.safetensors (${path}, read, ENOENT)`,
    });
  });
});
