import { gptSizesOf } from "../../src/training/gpt-sizes.ts";
import { afterEach, describe, expect, it } from "vitest";

import { ConfigError, EngineError } from "../../src/errors.ts";
import { type GptSession, type GptSessionOptions, openGptSession } from "../../src/training/gpt-session.ts";
import { relativeError } from "../support/tensor-checks.ts";
import { fusedLinupper, small, smallBatch, smallGpt } from "../support/small-gpt.ts";

const { training, engine, seqLen, vocabSize, steps, seed, model } = smallGpt();
const options: GptSessionOptions = {
  sizes: gptSizesOf(model, { seqLen, vocabSize }, undefined),
  training,
  engine,
  seqLen,
  steps,
  seed,
  endOfText: null,
  weighing: fusedLinupper.weighing,
};
const sessions: GptSession[] = [];
const open = async (changes: Partial<GptSessionOptions> = {}): Promise<GptSession> => {
  const session = await openGptSession({ ...options, ...changes });
  sessions.push(session);
  return session;
};
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
});
const correction = new Float32Array(small.size).fill(1);
const { tokens } = smallBatch(1);

describe("a session", () => {
  it("trains on another engine as it does on this one", async () => {
    const [onnx, tfjs] = [await open(), await open({ engine: { kind: "tfjs", backend: "wasm" } })];
    expect((await tfjs.describe()).name).toBe("tfjs wasm");
    for (let step = 1; step <= 3; step++) {
      const { tokens: batch } = smallBatch(step);
      const [ours, theirs] = [
        await onnx.step(step, batch, { inverseR: 1, correction }),
        await tfjs.step(step, batch, { inverseR: 1, correction }),
      ];
      expect(relativeError(theirs.losses, ours.losses)).toBeLessThan(1e-4);
      expect(relativeError(theirs.weights, ours.weights)).toBeLessThan(1e-3);
      expect(theirs.gradientNorm / ours.gradientNorm).toBeCloseTo(1, 3);
    }
  });

  it("says what it is", async () => {
    const session = await open();
    expect(await session.describe()).toEqual({
      name: "onnx cpu, 2 threads",
      parameterCount:
        50 * 32 + 16 * 32 + 2 * (4 * 32 + 4 * (32 * 32 + 32) + 2 * 4 * 32 * 32 + 5 * 32) + 2 * 32,
    });
  });

  it("follows the learning rate's schedule", async () => {
    const session = await open();
    const rates: number[] = [];
    for (const step of [1, 2, 20])
      rates.push((await session.step(step, tokens, { inverseR: 1, correction })).learningRate);
    expect(rates).toEqual([0.005, 0.01, 0.001]);
  });

  it("updates nothing when a loss, a weight or the norm is not finite", async () => {
    const session = await open();
    await session.step(1, tokens, { inverseR: 1, correction });
    const before = await session.score(tokens, small.size);
    const bad = correction.slice().fill(NaN, 2, 3);
    const fused = await session.step(2, tokens, { inverseR: 1, correction: bad });
    expect([fused.updated, fused.gradientNorm]).toEqual([false, NaN]);
    const weighted = await session.weightedStep(2, tokens, correction.slice().fill(Infinity, 2, 3));
    expect(weighted.updated).toBe(false);
    expect(await session.score(tokens, small.size)).toEqual(before);
    expect((await session.step(2, tokens, { inverseR: 1, correction })).updated).toBe(true);
    expect(await session.score(tokens, small.size)).not.toEqual(before);
  });

  it("scores any number of rows alike, in parts of its own size", async () => {
    const session = await open();
    const all = await session.score(tokens, small.size);
    const twice = Uint16Array.of(...tokens, ...tokens.subarray(0, 3 * seqLen));
    expect(await session.score(twice, 9)).toEqual(Float32Array.of(...all, ...all.subarray(0, 3)));
    expect(await session.score(tokens.subarray(0, 2 * seqLen), 2)).toEqual(all.slice(0, 2));
    const micro = await open({ training: { ...training, microBatchSize: 2 } });
    const parts = await micro.score(tokens.subarray(0, 5 * seqLen), 5);
    for (const [row, loss] of parts.entries()) expect(loss).toBeCloseTo(all[row]!, 5);
  });

  it("gives the logits after the last token of a context", async () => {
    const session = await open();
    const context = Uint32Array.from(tokens.subarray(0, 5));
    const logits = await session.logits(context);
    expect(logits).toHaveLength(vocabSize);
    expect(await session.logits(context)).toEqual(logits);
    expect(await session.logits(context.slice(0, 4))).not.toEqual(logits);
  });

  it("does not open when the model is too large, the engine missing, or weights cannot be fused", async () => {
    const large = { ...options.sizes, layers: 100, width: 2048 };
    await expect(openGptSession({ ...options, sizes: large })).rejects.toThrow(ConfigError);
    const threadless = { kind: "onnx", backend: "cpu", threads: 0 } as const;
    await expect(openGptSession({ ...options, engine: threadless })).rejects.toThrow(EngineError);
    const capped = await open({ weighing: { ...fusedLinupper.weighing, maxWeight: 2 } });
    await expect(capped.step(1, tokens, { inverseR: 1, correction })).rejects.toThrow(ConfigError);
  });
});
