import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Pipeline } from "../src/config/schema.ts";
import { SamplerError } from "../src/errors.ts";
import { openRun } from "../src/run.ts";
import type { Trainer } from "../src/training/trainer.ts";
import { type ScriptedTrainer, createScriptedTrainer } from "./support/scripted-trainer.ts";
import { tokenAt, writeSmallCorpus } from "./support/small-corpus.ts";

let folder: string;
let manifest: string;
let runs = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-loop-"));
  ({ manifestPath: manifest } = await writeSmallCorpus(join(folder, "corpus")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pipeline = (changes: Partial<Pipeline> = {}): Pipeline => ({
  seed: "loop",
  steps: 60,
  corpus: { manifest },
  training: { batchSize: 4 },
  evaluation: { everySteps: 1000 },
  checkpoint: { everySteps: 1000 },
  ...changes,
});

const runWith = async <T extends Trainer>(trainer: T, changes: Partial<Pipeline> = {}): Promise<T> => {
  const run = await openRun(pipeline(changes), { dir: join(folder, `run-${runs++}`), trainer });
  await run.start();
  return trainer;
};

const importance = { kind: "importance", keep: 0.5 } as const;

/** What a hard or an easy instance of shard 0 was drawn with, each time. */
const probabilitiesOf = ({ seen }: ScriptedTrainer, row: number): number[] =>
  seen.flatMap(({ shard, row: rows, probability }) =>
    rows.flatMap((drawn, slot) => (shard[slot] === 0 && drawn === row ? [probability[slot]!] : [])),
  );

describe("the closed loop", () => {
  it("brings the tokens that its draws name", async () => {
    const { seen } = await runWith(createScriptedTrainer(() => 1));
    for (const { shard, row, tokens } of seen)
      for (const [slot, drawn] of row.entries())
        expect(tokens.slice(slot * 8, slot * 8 + 8)).toEqual(
          Array.from({ length: 8 }, (_, position) => tokenAt(shard[slot]!, drawn, position, 32)),
        );
  });

  it("draws a hard instance with a higher probability after its losses came back, and with a lower one after they fell", async () => {
    const hardRow = 7;
    const trainer = await runWith(
      createScriptedTrainer((shard, row, visit) => (shard === 0 && row === hardRow && visit <= 3 ? 8 : 1)),
      { sampler: { ...importance, lag: 1 }, steps: 200 },
    );
    const [first, second, third, ...later] = probabilitiesOf(trainer, hardRow);
    expect(first).toBeCloseTo(0.5, 6);
    expect(second).toBe(1);
    expect(third).toBe(1);
    expect(later.slice(1).every((probability) => probability < 0.6)).toBe(true);
    expect(later.length).toBeGreaterThan(1);
  });

  it("draws as the uniform sampler at the same keep when all losses are equal", async () => {
    const constant = await runWith(
      createScriptedTrainer(() => 2.5),
      { sampler: importance, steps: 120 },
    );
    const uniform = await runWith(
      createScriptedTrainer(() => 2.5),
      {
        sampler: { kind: "uniform", keep: 0.5 },
        steps: 120,
      },
    );
    const drawn = ({ seen }: ScriptedTrainer) =>
      seen.map(({ shard, row, probability }) => ({ shard, row, probability }));
    expect(drawn(constant)).toEqual(drawn(uniform));
  });

  it.each([0, 1, 4])("with lag %i, draws depend on losses alone: not on how long steps take", async (lag) => {
    const lossOf = (shard: number, row: number, visit: number): number =>
      1 + ((shard * 3 + row * 7 + visit) % 11);
    const quick = await runWith(createScriptedTrainer(lossOf), { sampler: { ...importance, lag } });
    const slow = await runWith(
      createScriptedTrainer(lossOf, (step) => (step * 7919) % 4),
      { sampler: { ...importance, lag }, corpus: { manifest, cacheBytes: 2 ** 20, verify: "off" } },
    );
    expect(slow.seen).toEqual(quick.seen);
  });

  it.each([0, 1, 4])(
    "with lag %i, a window opened by batch t is scored from exactly the losses of steps < t − lag",
    async (lag) => {
      const lossOf = (shard: number, row: number, visit: number): number =>
        1 + ((shard + row * 5 + visit * 3) % 7);
      const trainer = createScriptedTrainer(lossOf, (step) => (step * 31) % 3);
      const run = await openRun(pipeline({ steps: 90, sampler: { ...importance, lag } }), {
        dir: join(folder, `run-${runs++}`),
        trainer,
      });
      const { ledger, sampler } = run.stages;
      let drawing = 0;
      const next = sampler.next.bind(sampler);
      sampler.next = (step) => next((drawing = step));
      const windows: { step: number; rows: string[]; values: number[] }[] = [];
      const statistics = ledger.statistics.bind(ledger);
      ledger.statistics = async (blocks, statistic, through) => {
        const found = await statistics(blocks, statistic, through);
        const rows = blocks.flatMap(({ shard, firstRow, rows: count }) =>
          Array.from({ length: count }, (_, row) => `${shard}:${firstRow + row}`),
        );
        windows.push({ step: drawing, rows, values: [...found.values] });
        return found;
      };
      await run.start();
      for (const { step, rows, values } of windows) {
        const lastLoss = new Map<string, number>();
        for (const batch of trainer.seen.filter((seen) => seen.step < step - lag))
          for (const [slot, loss] of batch.losses.entries())
            lastLoss.set(`${batch.shard[slot]}:${batch.row[slot]}`, loss);
        expect(values).toEqual(rows.map((name) => lastLoss.get(name) ?? Number.NaN));
      }
      expect(windows.length).toBeGreaterThan(20);
    },
  );

  it("never makes more than lag batches ahead of the step that trains", async () => {
    for (const lag of [0, 1, 3]) {
      const trainer = createScriptedTrainer(
        () => 1,
        () => 2,
      );
      const run = await openRun(pipeline({ steps: 12, sampler: { lag } }), {
        dir: join(folder, `run-${runs++}`),
        trainer,
      });
      let most = 0;
      const next = run.stages.sampler.next.bind(run.stages.sampler);
      run.stages.sampler.next = (step) => {
        most = Math.max(most, step - trainer.seen.length - 1);
        return next(step);
      };
      await run.start();
      expect(most).toBe(lag);
    }
  });

  it("refuses a trainer that neither weighs nor returns weights", async () => {
    const careless: Trainer = { step: async ({ size }) => ({ losses: new Float32Array(size) }) };
    const error = await runWith(careless).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SamplerError);
    expect((error as SamplerError).message).toBe(
      'a trainer\'s step must be weighed by weigh or by itself, got "neither" (step 1)',
    );
    expect((error as SamplerError).hint).toContain("weigh(losses)");
  });

  it("weighs losses as the ledger keeps them, whatever the trainer computes in", async () => {
    const given: number[][] = [];
    const weighed: Float64Array[] = [];
    const float64: Trainer = {
      async step({ size }, weigh) {
        const losses = Array.from({ length: size }, (_, slot) => 1 + slot / 3);
        given.push(losses);
        weighed.push(weigh(losses));
        return { losses };
      },
    };
    const weighing = { strategy: "linupper", r: 0.5 } as const;
    const run = await openRun(pipeline({ steps: 1, weighing }), {
      dir: join(folder, `run-${runs++}`),
      trainer: float64,
    });
    await run.start();
    const rows = { probability: [1, 1, 1, 1], base: [1, 1, 1, 1] };
    const expected = run.stages.weighing.weigh({ losses: Float32Array.from(given[0]!), ...rows }, 1);
    const unrounded = run.stages.weighing.weigh({ losses: given[0]!, ...rows }, 1);
    expect(weighed[0]).toEqual(expected.weights);
    expect(weighed[0]).not.toEqual(unrounded.weights);
  });

  it("says in each step's record what drawing, reading and training took", async () => {
    const dir = join(folder, `run-${runs++}`);
    const run = await openRun(pipeline({ steps: 4 }), { dir, trainer: createScriptedTrainer(() => 1) });
    const timings: unknown[] = [];
    run.steps$.subscribe(({ metrics: { ms, drawMs, readMs } }) => timings.push([ms, drawMs, readMs]));
    await run.start();
    expect(timings).toHaveLength(4);
    expect(timings.flat().every((ms) => typeof ms === "number" && ms >= 0)).toBe(true);
  });

  it("refuses fewer losses than rows", async () => {
    const short: Trainer = {
      step: async ({ size }) => ({ losses: new Float32Array(size - 1), weights: new Float32Array(size - 1) }),
    };
    await expect(runWith(short)).rejects.toThrow(SamplerError);
  });
});
