import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

import { ConfigError, EngineError, ShardError } from "../../src/errors.ts";
import { type GptTrainer, type GptTrainerOptions, openGptTrainer } from "../../src/training/gpt-trainer.ts";
import type { StepResult, Weigh } from "../../src/training/trainer.ts";
import { emitWeights } from "../../src/weighing/final-weights.ts";
import { float64Arithmetic } from "../../src/weighing/float64-arithmetic.ts";
import { weighingOptions } from "../../src/weighing/options.ts";
import { fusedLinupper, small, smallBatch, smallGpt } from "../support/small-gpt.ts";

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const action of undo.splice(0).toReversed()) await action();
});
const open = async (options: GptTrainerOptions): Promise<GptTrainer> => {
  const trainer = await openGptTrainer(options);
  undo.push(() => trainer.close());
  return trainer;
};
const makeFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "trainer-"));
  undo.push(() => rm(folder, { recursive: true }));
  return folder;
};
const never: Weigh = () => {
  throw new TypeError("a trainer that weighs by itself must not ask");
};
const equally: Weigh = (losses) => new Float64Array(losses.length).fill(1 / losses.length);
const train = async (trainer: GptTrainer, from: number, to: number, weigh: Weigh): Promise<StepResult[]> => {
  const results: StepResult[] = [];
  for (let step = from; step <= to; step++) results.push(await trainer.step(smallBatch(step), weigh));
  return results;
};
const fused = { ...smallGpt(), fused: fusedLinupper };

describe("the GPT trainer", () => {
  it("weighs in the graph as it does between two graphs and over micro-batches", async () => {
    const weighings: ArrayLike<number>[] = [];
    let step = 0;
    const outside: Weigh = (losses) => {
      const { inverseR, correction } = fusedLinupper.inputs(smallBatch(++step));
      const weights = emitWeights(float64Arithmetic, fusedLinupper.weighing, {
        losses: Float64Array.from(losses),
        inverseR: Float64Array.of(inverseR),
        correction: Float64Array.from(correction),
      });
      weighings.push(weights);
      return weights;
    };
    const inside = await train(await open(fused), 1, 6, never);
    for (const options of [smallGpt(), smallGpt({ microBatchSize: 2 })]) {
      step = 0;
      weighings.length = 0;
      const results = await train(await open(options), 1, 6, outside);
      for (const [at, { losses, weights, metrics }] of results.entries()) {
        expect(weights).toBeUndefined();
        for (let row = 0; row < small.size; row++) {
          expect(losses[row]).toBeCloseTo(inside[at]!.losses[row]!, 4);
          expect(weighings[at]![row]).toBeCloseTo(inside[at]!.weights![row]!, 4);
        }
        expect(metrics!["gradientNorm"]).toBeCloseTo(inside[at]!.metrics!["gradientNorm"]!, 3);
        expect(metrics!["learningRate"]).toBe(inside[at]!.metrics!["learningRate"]);
      }
    }
  });

  it("asks for weights where micro-batches or the options keep them out of the graph", async () => {
    const capped = { ...fusedLinupper, weighing: weighingOptions.parse({ maxWeight: 2 }) };
    for (const options of [
      { ...smallGpt({ microBatchSize: 3 }), fused: fusedLinupper },
      { ...smallGpt(), fused: capped },
    ]) {
      let asked = 0;
      const [result] = await train(await open(options), 1, 1, (losses) => {
        asked++;
        expect(losses).toHaveLength(small.size);
        return equally(losses);
      });
      expect(asked).toBe(1);
      expect(result!.weights).toBeUndefined();
    }
  });

  it("repeats bit for bit, and goes on from a checkpoint as if nothing had happened", async () => {
    const whole = await train(await open(fused), 1, 8, never);
    const folder = await makeFolder();
    const first = await open(fused);
    const start = await train(first, 1, 5, never);
    await first.save(folder);
    const second = await open({ ...fused, seed: "another" });
    await second.load(folder);
    expect([...start, ...(await train(second, 6, 8, never))]).toEqual(whole);
  });

  it("learns, and scores without learning", async () => {
    const trainer = await open({ ...smallGpt(), steps: 40 });
    const { tokens } = smallBatch(1);
    const mean = async (): Promise<number> =>
      (await trainer.score(tokens, small.size)).reduce((sum, loss) => sum + loss, 0) / small.size;
    const before = await mean();
    expect(await mean()).toBe(before);
    expect(Math.abs(before - Math.log(small.vocabSize))).toBeLessThan(0.2);
    for (let step = 1; step <= 40; step++) await trainer.step({ ...smallBatch(1), step }, equally);
    expect(await mean()).toBeLessThan(before - 2);
  });

  it("writes what it has learnt", async () => {
    const trainer = await open({ ...smallGpt(), steps: 60 });
    const counting = Uint16Array.from({ length: small.size * small.seqLen }, (_, at) => 10 + (at % 4));
    for (let step = 1; step <= 60; step++)
      await trainer.step({ ...smallBatch(1), step, tokens: counting }, equally);
    const text = await trainer.generate({ prompt: [10, 11], count: 20, temperature: 0, seed: 1 });
    expect([...text]).toEqual(Array.from({ length: 20 }, (_, at) => 10 + ((at + 2) % 4)));
  });

  it("refuses tokens outside the vocabulary and batches of another shape, and trains on", async () => {
    const trainer = await open(fused);
    const bad = smallBatch(4);
    bad.tokens[small.seqLen * 2 + 5] = 50;
    const error = await trainer.step(bad, never).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ShardError);
    expect(error).toMatchObject({
      message:
        "token 5 of batch row 2, shard 3 must be below the vocabulary's size 50, got 50 (row 102, step 4)",
    });
    await expect(trainer.score(bad.tokens, small.size)).rejects.toThrow(
      "token 5 of row 2 must be below the vocabulary's size 50, got 50 (row 2)",
    );
    await expect(trainer.step({ ...smallBatch(4), size: 5 }, never)).rejects.toThrow("batch must be 6 rows");
    await expect(trainer.step(smallBatch(4), never)).resolves.toHaveProperty("losses");
  });

  it("names step and row of a loss that is not finite, and updates nothing", async () => {
    const folder = await makeFolder();
    const trainer = await open(fused);
    await trainer.step(smallBatch(1), never);
    await trainer.save(folder);
    const path = join(folder, "model.safetensors");
    const sound = await readFile(path);
    const broken = Buffer.from(sound);
    broken.writeFloatLE(NaN, 8 + Number(sound.readBigUInt64LE()));
    await writeFile(path, broken);
    const message = "loss of batch row 0, shard 3 must be finite, got NaN (row 100, step 2)";
    for (const options of [fused, smallGpt()]) {
      const other = await open(options);
      await other.load(folder);
      const error = await other.step(smallBatch(2), equally).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(EngineError);
      expect(error).toMatchObject({ message, hint: expect.stringContaining("training.learningRate") });
      const after = await makeFolder();
      await other.save(after);
      for (const name of ["model.safetensors", "optimizer.safetensors"])
        expect(await readFile(join(after, name))).toEqual(await readFile(join(folder, name)));
    }
  });

  it("names the step of a gradient that is not finite", async () => {
    const trainer = await open(smallGpt());
    const error = await trainer
      .step(smallBatch(9), (losses) => new Float64Array(losses.length).fill(NaN))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ message: "gradient norm must be finite, got NaN (step 9)" });
  });

  it("does not open with a context shorter than a row, or a model too large", async () => {
    const short = { ...smallGpt().model, context: 8 };
    await expect(openGptTrainer({ ...smallGpt(), model: short })).rejects.toThrow(
      new ConfigError("context must be at least the corpus' seqLen 16, got 8", { keyPath: "model.context" }),
    );
    const large = { ...smallGpt().model, layers: 1000, width: 2048 };
    await expect(openGptTrainer({ ...smallGpt(), model: large })).rejects.toMatchObject({
      name: "ConfigError",
      message: expect.stringMatching(
        /^model must be at most 268 million parameters, got .* million \(model\)$/,
      ),
    });
  });

  it("fails calls after it was closed, and closes twice", async () => {
    const trainer = await open(fused);
    await trainer.close();
    await trainer.close();
    await expect(trainer.step(smallBatch(1), never)).rejects.toThrow("the trainer is closed");
  });
});
