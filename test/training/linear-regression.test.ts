import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

import { createDraws } from "../../src/draws.ts";
import { EngineError } from "../../src/errors.ts";
import {
  type RegressionTrainer,
  type RegressionTrainerOptions,
  openRegressionTrainer,
} from "../../src/training/linear-regression.ts";
import { type RegressionInput, regressionOptions } from "../../src/training/regression-options.ts";
import type { Batch, StepResult } from "../../src/training/trainer.ts";
import { type WeighingInput, weighingOptions } from "../../src/weighing/options.ts";
import { createWeighing } from "../../src/weighing/weighing.ts";

const size = 64;
const steps = 4000;
const opened: RegressionTrainer[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((trainer) => trainer.close()));
});

const open = async (
  learningRate: number,
  model: Omit<RegressionInput, "kind"> = {},
  fused?: RegressionTrainerOptions["fused"],
): Promise<RegressionTrainer> => {
  const trainer = await openRegressionTrainer({
    model: regressionOptions.parse({ kind: "regression", ...model }),
    training: { batchSize: size, learningRate, minLearningRate: learningRate, warmupSteps: 0 },
    steps,
    engine: { kind: "onnx", backend: "cpu", threads: 1 },
    seed: 7,
    ...(fused && { fused }),
  });
  opened.push(trainer);
  return trainer;
};

/** Rows [start, start + rows) of the synthetic corpus. */
const tokensFrom = (start: number, rows: number): Uint32Array => {
  const tokens = new Uint32Array(rows * 2);
  for (let row = 0; row < rows; row++) tokens[row * 2] = start + row;
  return tokens;
};
const batchOf = (step: number): Batch => {
  const draws = createDraws(size);
  draws.probability.fill(0.5);
  draws.base.fill(0.5);
  return { step, size, seqLen: 2, tokens: tokensFrom((step - 1) * size, size), draws };
};

const stepWith = (
  trainer: RegressionTrainer,
  weighing: ReturnType<typeof createWeighing>,
  step: number,
): Promise<StepResult> => {
  const batch = batchOf(step);
  const { probability, base } = batch.draws;
  return trainer.step(batch, (losses) => weighing.weigh({ losses, probability, base }, step).weights);
};
const fusedOf = (input: WeighingInput): RegressionTrainerOptions["fused"] => {
  const options = weighingOptions.parse(input);
  const weighing = createWeighing(options);
  return {
    weighing: options,
    inputs: ({ step, draws }) => ({
      inverseR: weighing.at(step).inverseR,
      correction: weighing.correction(draws.probability, draws.base),
    }),
  };
};

const heldOut = tokensFrom(10_000_000, 300);
const testLoss = async (trainer: RegressionTrainer): Promise<number> =>
  (await trainer.score(heldOut, 300)).reduce((sum, loss) => sum + loss / 300, 0);

/** Steps until the held-out loss is below 10⁻⁶, and the mean ρ on the way. */
const untilLearnt = async (input: WeighingInput): Promise<{ steps: number; rho: number }> => {
  const trainer = await open(0.02);
  const weighing = createWeighing(weighingOptions.parse(input));
  let rho = 0;
  for (let step = 1; step <= steps; step++) {
    const batch = batchOf(step);
    const { probability, base } = batch.draws;
    await trainer.step(batch, (losses) => {
      const weighed = weighing.weigh({ losses, probability, base }, step);
      rho += weighed.diagnostics.rho;
      return weighed.weights;
    });
    if (step % 20 === 0 && (await testLoss(trainer)) < 1e-6) return { steps: step, rho: rho / step };
  }
  return { steps: Infinity, rho: rho / steps };
};

/** Clean held-out loss after 500 steps with 2 % gross errors. */
const lossWithOutliers = async (input: WeighingInput): Promise<number> => {
  const trainer = await open(0.02, { outlierRate: 0.02, outlierSize: 10 });
  const weighing = createWeighing(weighingOptions.parse(input));
  for (let step = 1; step <= 500; step++) await stepWith(trainer, weighing, step);
  return testLoss(trainer);
};

describe("openRegressionTrainer", () => {
  it("learns the truth; at a small fixed rate a strategy is faster by its rho", async () => {
    const uniform = await untilLearnt({});
    const linupper = await untilLearnt({ strategy: "linupper", r: 1 });
    const extremes = await untilLearnt({ strategy: "extremes", r: 1 });
    expect(uniform.rho).toBeCloseTo(1, 12);
    expect(uniform.steps).toBeLessThan(2500);
    expect(linupper.steps).toBeLessThan(uniform.steps);
    expect(uniform.steps).toBeLessThan(extremes.steps);
    expect(uniform.steps / linupper.steps / linupper.rho).toBeGreaterThan(0.93);
    expect(uniform.steps / linupper.steps / linupper.rho).toBeLessThan(1.07);
    expect(uniform.steps / extremes.steps / extremes.rho).toBeGreaterThan(0.93);
    expect(uniform.steps / extremes.steps / extremes.rho).toBeLessThan(1.07);
  });

  it("gives gross errors to a strategy that likes high losses, and the model pays for it", async () => {
    expect(await lossWithOutliers({ strategy: "linupper", r: 0.4 })).toBeGreaterThan(
      3 * (await lossWithOutliers({})),
    );
  });

  it("weighs inside the graph or by weigh, to the same parameters", async () => {
    const input = { strategy: "quadratic", r: 0.4, schedule: { kind: "burnIn", steps: 3 } } as const;
    const outside = await open(0.05);
    const inside = await open(0.05, {}, fusedOf(input));
    const weighing = createWeighing(weighingOptions.parse(input));
    for (let step = 1; step <= 8; step++) {
      const asked = await stepWith(outside, weighing, step);
      const fused = await inside.step(batchOf(step), () =>
        expect.unreachable("a fused step asks for no weights"),
      );
      expect(asked.weights).toBeUndefined();
      expect(Math.abs(fused.weights![0]! * size - 1) < 1e-6).toBe(step <= 3);
    }
    for (const [j, value] of inside.parameters.entries())
      expect(value).toBeCloseTo(outside.parameters[j]!, 6);
  });

  it("reports rate, gradient and distance, and is repeatable bit for bit", async () => {
    const weighing = createWeighing(weighingOptions.parse({}));
    const [first, second] = [await open(0.02, { noise: 0.5 }), await open(0.02, { noise: 0.5 })];
    const before = await stepWith(first, weighing, 1);
    const after = await stepWith(first, weighing, 2);
    expect(before.metrics!["learningRate"]).toBe(0.02);
    expect(after.metrics!["distance"]).toBeLessThan(before.metrics!["distance"]!);
    const again = await stepWith(second, weighing, 1);
    expect(again.losses).toEqual(before.losses);
    expect(again.metrics).toEqual(before.metrics);
  });

  it("scores without noise", async () => {
    const [clean, noisy] = [await open(0.02), await open(0.02, { noise: 2 })];
    expect(await noisy.score(heldOut, 300)).toEqual(await clean.score(heldOut, 300));
  });

  it("goes on from what it saved", async () => {
    const weighing = createWeighing(weighingOptions.parse({}));
    const folder = await mkdtemp(join(tmpdir(), "regression-"));
    try {
      const first = await open(0.02);
      await stepWith(first, weighing, 1);
      await first.save(folder);
      const second = await open(0.02);
      await second.load(folder);
      await stepWith(first, weighing, 2);
      await stepWith(second, weighing, 2);
      expect(second.parameters).toEqual(first.parameters);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("refuses to go on from numbers that are not finite", async () => {
    const trainer = await open(9);
    const weighing = createWeighing(weighingOptions.parse({}));
    const diverge = async (): Promise<void> => {
      for (let step = 1; step <= 200; step++) await stepWith(trainer, weighing, step);
    };
    await expect(diverge()).rejects.toThrow(EngineError);
    expect(trainer.parameters.every((value) => Number.isFinite(value))).toBe(true);
  });
});
