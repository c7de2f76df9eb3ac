import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Pipeline } from "../src/config/schema.ts";
import { ConfigError, LedgerError } from "../src/errors.ts";
import { openRun } from "../src/run.ts";
import { type ScriptedTrainer, createScriptedTrainer } from "./support/scripted-trainer.ts";
import { writeSmallCorpus } from "./support/small-corpus.ts";

let folder: string;
let manifest: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-run-"));
  ({ manifestPath: manifest } = await writeSmallCorpus(join(folder, "corpus")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pipeline = (changes: Partial<Pipeline> = {}): Pipeline => ({
  seed: "run",
  steps: 60,
  corpus: { manifest },
  training: { batchSize: 4 },
  sampler: { kind: "importance", keep: 0.5 },
  weighing: { strategy: "linupper" },
  evaluation: { everySteps: 20 },
  checkpoint: { everySteps: 1, retain: 100 },
  ...changes,
});
const trainerOf = (): ScriptedTrainer =>
  createScriptedTrainer((shard, row, visit) => 1 + ((shard * 5 + row * 3 + visit) % 13) / 4);

/** Lines of metrics.jsonl without what depends on the clock. */
const metricsOf = (dir: string): unknown[] =>
  readFileSync(join(dir, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => ({ ...(JSON.parse(line) as object), ms: 0, drawMs: 0, readMs: 0 }));

describe("resuming", () => {
  it.each<[string, Partial<Pipeline>]>([
    ["importance", {}],
    ["uniform", { sampler: { kind: "uniform" }, weighing: { strategy: "uniform" } }],
    ["lag 0", { sampler: { kind: "importance", lag: 0 } }],
    ["lag 4 and a mixture", { sampler: { kind: "importance", lag: 4, mixture: { d0: 3, d1: 1 } } }],
    [
      "stages of a mixture",
      {
        sampler: {
          mixture: [
            { fromStep: 1, weights: { d0: 1 } },
            { fromStep: 25, weights: { d0: 1, d1: 2 } },
          ],
        },
      },
    ],
  ])(
    "%s: from the state after every step comes the same suffix as without a stop",
    async (_name, changes) => {
      const whole = trainerOf();
      const dir = join(folder, "whole");
      await (await openRun(pipeline(changes), { dir, trainer: whole })).start();
      const expected = metricsOf(dir);
      for (let step = 59; step >= 1; step -= 1) {
        const resumed = trainerOf();
        const rest = pipeline({ ...changes, checkpoint: { everySteps: 1000, retain: 100 } });
        const run = await openRun(rest, { dir, from: step, trainer: resumed });
        expect(run.resumedAt).toBe(step);
        await run.start();
        expect(resumed.seen).toEqual(whole.seen.slice(step));
        if (step % 20 === 7) expect(metricsOf(dir)).toEqual(expected);
      }
    },
    60_000,
  );

  it("goes on from the newest checkpoint, and takes keys that may change", async () => {
    const dir = join(folder, "a");
    const first = trainerOf();
    await (await openRun(pipeline({ steps: 10 }), { dir, trainer: first })).start();
    const second = trainerOf();
    const run = await openRun(pipeline({ steps: 15 }), { dir, from: "latest", trainer: second });
    const summary = await run.start();
    expect(second.seen.map(({ step }) => step)).toEqual([11, 12, 13, 14, 15]);
    expect(summary.steps).toBe(15);
    expect(summary.ledger.observations).toBe(60);
  });

  it("of a finished run changes nothing and says so; fewer steps than it has are refused", async () => {
    const dir = join(folder, "a");
    const summary = await (await openRun(pipeline({ steps: 3 }), { dir, trainer: trainerOf() })).start();
    const again = await openRun(undefined, { dir, from: "latest", trainer: trainerOf() });
    expect(again.notes).toEqual(["all its steps are done; train on by --steps"]);
    const { steps, heldOut, coverage } = await again.start();
    expect({ steps, heldOut, coverage }).toEqual({
      steps: 3,
      heldOut: summary.heldOut,
      coverage: summary.coverage,
    });
    await expect(
      openRun(pipeline({ steps: 2 }), { dir, from: "latest", trainer: trainerOf() }),
    ).rejects.toThrow(`steps must be at least 3, where the run stands, got 2 (steps, ${dir})`);
  });

  it("names the key that may not change", async () => {
    const dir = join(folder, "a");
    await (await openRun(pipeline({ steps: 2 }), { dir, trainer: trainerOf() })).start();
    await expect(
      openRun(pipeline({ steps: 2, seed: "other" }), { dir, from: "latest", trainer: trainerOf() }),
    ).rejects.toThrow("seed must stay as it was when a run is resumed (seed)");
  });

  it("refuses another corpus by its fingerprint, and takes the same one from another place", async () => {
    const dir = join(folder, "a");
    await (await openRun(pipeline({ steps: 2 }), { dir, trainer: trainerOf() })).start();
    const moved = await writeSmallCorpus(join(folder, "moved"));
    const other = await writeSmallCorpus(join(folder, "other"), { rows: [44, 24] });
    const resume = (path: string) =>
      openRun(pipeline({ steps: 4, corpus: { manifest: path } }), {
        dir,
        from: "latest",
        trainer: trainerOf(),
      });
    await expect(resume(other.manifestPath)).rejects.toThrow(
      "the corpus must be the one that the run was started with (corpus.manifest",
    );
    await (await resume(moved.manifestPath)).start();
  });

  it("refuses a trainer that cannot load, and a step without a checkpoint", async () => {
    const dir = join(folder, "a");
    await (await openRun(pipeline({ steps: 2 }), { dir, trainer: trainerOf() })).start();
    const forgetful = { step: trainerOf().step.bind(undefined) };
    const error = await openRun(undefined, { dir, from: "latest", trainer: forgetful }).catch(
      (e: unknown) => e,
    );
    expect((error as ConfigError).message).toContain("a trainer that resumes must have load(folder)");
    await expect(openRun(undefined, { dir, from: 9, trainer: trainerOf() })).rejects.toThrow(LedgerError);
  });

  it("starts over when a run was killed before its first checkpoint", async () => {
    const dir = join(folder, "a");
    const run = await openRun(pipeline({ steps: 3 }), { dir, trainer: trainerOf() });
    await run.stop();
    const again = trainerOf();
    await (await openRun(undefined, { dir, from: "latest", trainer: again })).start();
    expect(again.seen.map(({ step }) => step)).toEqual([1, 2, 3]);
  });
});

describe("opening", () => {
  it("refuses a folder that holds a run, and one that does not when resuming", async () => {
    const dir = join(folder, "a");
    await (await openRun(pipeline({ steps: 1 }), { dir, trainer: trainerOf() })).start();
    await expect(openRun(pipeline(), { dir, trainer: trainerOf() })).rejects.toThrow(
      `there is a run in this folder already (${dir})`,
    );
    const none = join(folder, "none");
    await expect(openRun(undefined, { dir: none, from: "latest" })).rejects.toThrow(
      `there is no run in this folder (${none})`,
    );
  });

  it("does not take scores for a run", async () => {
    const dir = join(folder, "scores");
    mkdirSync(dir);
    writeFileSync(join(dir, "scores.json"), "{}");
    for (const from of ["new", "latest"] as const)
      await expect(openRun(pipeline(), { dir, from, trainer: trainerOf() })).rejects.toThrow(
        `the folder must be a run's, got the scores of a model (${dir})`,
      );
  });

  it("says how much its reference knows", async () => {
    const reference = join(folder, "reference");
    await (await openRun(pipeline({ steps: 2 }), { dir: reference, trainer: trainerOf() })).start();
    const excess = pipeline({ ledger: { reference } });
    const run = await openRun(excess, { dir: join(folder, "a"), trainer: trainerOf() });
    await run.stop();
    expect(run.notes).toEqual([
      "the reference has losses of 8 instances, as of its step 2; there are 64 to train on",
    ]);
  });

  it("leaves no run behind when it fails", async () => {
    const dir = join(folder, "a");
    await expect(
      openRun(pipeline({ corpus: { manifest: join(folder, "none.json") } }), { dir, trainer: trainerOf() }),
    ).rejects.toThrow(ConfigError);
    expect(existsSync(join(dir, "config.json"))).toBe(false);
    await (await openRun(pipeline({ steps: 1 }), { dir, trainer: trainerOf() })).start();
  });

  it("refuses a second writer while the first runs", async () => {
    const dir = join(folder, "a");
    const run = await openRun(pipeline({ steps: 3 }), { dir, trainer: trainerOf() });
    await expect(openRun(undefined, { dir, from: "latest", trainer: trainerOf() })).rejects.toThrow(
      LedgerError,
    );
    await run.start();
  });
});

describe("a regression on a synthetic corpus", () => {
  const regression = (steps: number): Pipeline => ({
    seed: "regression",
    steps,
    corpus: { kind: "synthetic", instances: 200, heldOut: 10, blockRows: 16 },
    model: { kind: "regression", dimensions: 5, noise: 0.1 },
    sampler: { kind: "importance", keep: 0.5 },
    weighing: { strategy: "linupper" },
    training: { batchSize: 8, learningRate: 0.1, warmupSteps: 3 },
    engine: { threads: 1 },
    evaluation: { everySteps: 10 },
    checkpoint: { everySteps: 5, retain: 100 },
  });

  it("runs the whole loop with the trainer of its kind, and resumes exactly", async () => {
    const dir = join(folder, "regression");
    const run = await openRun(regression(60), { dir });
    expect(run.trainer.name).toContain("linear regression");
    const { heldOut, ledger } = await run.start();
    const { first, last } = heldOut["synthetic"]!;
    expect(Object.keys(last)).toEqual(["rows", "loss"]);
    expect(last.loss).toBeLessThan(first.loss / 10);
    expect(ledger.observations).toBe(480);
    const expected = metricsOf(dir);
    for (const step of [5, 30, 55]) {
      await (await openRun(regression(60), { dir, from: step })).start();
      expect(metricsOf(dir)).toEqual(expected);
    }
  });

  it("may not become another corpus or model", async () => {
    const dir = join(folder, "regression");
    await (await openRun(regression(2), { dir })).start();
    const resume = (changes: Partial<Pipeline>) =>
      openRun({ ...regression(4), ...changes }, { dir, from: "latest" });
    await expect(
      resume({ corpus: { kind: "synthetic", instances: 201, heldOut: 10, blockRows: 16 } }),
    ).rejects.toThrow("corpus.instances must stay as it was when a run is resumed");
    await expect(resume({ model: { kind: "gpt" } })).rejects.toThrow(
      "model.kind must stay as it was when a run is resumed",
    );
  });

  it("serves a trainer of one's own too, which makes of ordinals what it likes", async () => {
    const own = trainerOf();
    const { model: _, ...pipeline } = regression(3);
    await (await openRun(pipeline, { dir: join(folder, "own"), trainer: own })).start();
    expect(own.seen).toHaveLength(3);
  });
});
