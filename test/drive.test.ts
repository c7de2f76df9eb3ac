import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { createFiles } from "../src/files.ts";
import type { LedgerInput } from "../src/ledger/options.ts";
import { type LedgerReader, openLedgerReader } from "../src/ledger/reader.ts";
import type { Step } from "../src/loop.ts";
import { type Run, openRun } from "../src/run.ts";
import type { Summary } from "../src/summary.ts";
import type { Trainer } from "../src/training/trainer.ts";
import { createScriptedTrainer } from "./support/scripted-trainer.ts";
import { writeSmallCorpus } from "./support/small-corpus.ts";

let folder: string;
let dir: string;
let manifest: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-drive-"));
  dir = join(folder, "run");
  ({ manifestPath: manifest } = await writeSmallCorpus(join(folder, "corpus")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (
  steps: number,
  trainer: Trainer = createScriptedTrainer(
    () => 2,
    () => 1,
  ),
): Promise<Run> =>
  openRun(
    {
      steps,
      corpus: { manifest },
      training: { batchSize: 4 },
      evaluation: { everySteps: 4 },
      checkpoint: { everySteps: 5, retain: 2 },
    },
    { dir, trainer },
  );
const tick = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("a run that is let go", () => {
  it("emits every step once, evaluates and writes checkpoints when due, and leaves a summary", async () => {
    const run = await open(12);
    const steps: number[] = [];
    let completed = false;
    run.steps$.subscribe({ next: ({ step }) => steps.push(step), complete: () => (completed = true) });
    const summary = await run.start();
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(completed).toBe(true);
    expect(run.evaluations.map(({ step }) => step)).toEqual([0, 4, 8, 12]);
    expect(readdirSync(join(dir, "checkpoints"))).toEqual(["step-000000010", "step-000000012"]);
    expect(JSON.parse(readFileSync(join(dir, "summary.json"), "utf8"))).toEqual(
      JSON.parse(JSON.stringify(summary)),
    );
    expect(summary).toMatchObject<Partial<Summary>>({
      steps: 12,
      plannedSteps: 12,
      tokens: 12 * 4 * 8,
      engine: "scripted",
    });
    expect(summary.heldOut["d0"]!.last.loss).toBe(1);
    expect(summary.realisedShares["d0"]!.realised).toBeCloseTo(40 / 64, 1);
    const lines = readFileSync(join(dir, "metrics.jsonl"), "utf8").trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as Step).step)).toEqual([
      0, 1, 2, 3, 4, 4, 5, 6, 7, 8, 8, 9, 10, 11, 12, 12,
    ]);
  });

  it("starts once, however often it is asked", async () => {
    const run = await open(3);
    expect(run.start()).toBe(run.start());
    await run.start();
  });

  it("goes on when a subscriber leaves", async () => {
    const run = await open(6);
    const subscription = run.steps$.subscribe(() => subscription.unsubscribe());
    expect((await run.start()).steps).toBe(6);
  });
});

describe("stop", () => {
  it("waits for the step in flight, writes a checkpoint of it, and closes", async () => {
    const trainer = createScriptedTrainer(
      () => 2,
      () => 3,
    );
    const run = await open(1000, trainer);
    const started = run.start();
    await vi.waitFor(() => expect(trainer.seen.length).toBeGreaterThan(2));
    await run.stop();
    const summary = await started;
    const last = trainer.seen.at(-1)!.step;
    expect(summary.steps).toBe(last);
    expect(last).toBeLessThan(1000);
    expect(readdirSync(join(dir, "checkpoints")).at(-1)).toBe(`step-${String(last).padStart(9, "0")}`);
    const again = await openRun(undefined, { dir, from: "latest", trainer: createScriptedTrainer(() => 2) });
    expect(again.resumedAt).toBe(last);
    await again.stop();
  });

  it("before the start closes what is open", async () => {
    const run = await open(5);
    await run.stop();
    const again = await openRun(undefined, { dir, from: "latest", trainer: createScriptedTrainer(() => 2) });
    expect(again.resumedAt).toBe(0);
    await again.stop();
  });
});

describe("pause", () => {
  it("holds the next step back until unpause; stop ends a paused run", async () => {
    const trainer = createScriptedTrainer(() => 2);
    const run = await open(500, trainer);
    const started = run.start();
    run.pause();
    await vi.waitFor(() => expect(trainer.seen.length).toBe(1));
    await tick(40);
    expect(trainer.seen.length).toBe(1);
    run.unpause();
    await vi.waitFor(() => expect(trainer.seen.length).toBeGreaterThan(1));
    run.pause();
    await run.stop();
    expect((await started).steps).toBe(trainer.seen.length);
  });
});

describe("ledger.retainSteps", () => {
  const lossOf = (shard: number, row: number, visit: number): number => 1 + ((shard + row + visit) % 5);
  /** A run to each of some steps in turn, so that its log has a segment for each turn. */
  const runTo = async (folder: string, ledger: LedgerInput, ends: readonly number[]) => {
    for (const [at, steps] of ends.entries()) {
      const pipeline = {
        steps,
        corpus: { manifest },
        training: { batchSize: 4 },
        checkpoint: { everySteps: 5, retain: 1 },
        ledger,
      };
      const trainer = createScriptedTrainer(lossOf);
      const from = at === 0 ? "new" : "latest";
      await (await openRun(pipeline, { dir: folder, trainer, from })).start();
    }
    return openLedgerReader(createFiles(), join(folder, "ledger"));
  };
  const lossesOf = async (reader: LedgerReader, from: number): Promise<string[]> => {
    const steps: string[] = [];
    for await (const { step, loss } of reader.observations(from)) steps.push(`${step[0]}: ${loss.join(" ")}`);
    return steps;
  };

  it("lets old segments go at checkpoints; the run goes on, and ends, as one that keeps all", async () => {
    const whole = await runTo(join(folder, "whole"), {}, [10, 20, 30]);
    const some = await runTo(dir, { retainSteps: 5 }, [10, 20, 30]);
    expect([whole.firstStep, some.firstStep, some.lastStep]).toEqual([1, 21, 30]);
    expect(await lossesOf(some, 21)).toEqual(await lossesOf(whole, 21));
    await expect(lossesOf(some, 20)).rejects.toThrow(
      /^steps 20 … 20 were dropped from the log, as ledger\.retainSteps asked/,
    );
    expect(readdirSync(join(dir, "ledger")).filter((name) => name.startsWith("sealed"))).toEqual([
      "sealed-000003.arrows",
    ]);
  });

  it("keeps what resuming from the oldest checkpoint needs", async () => {
    const some = await runTo(dir, { retainSteps: 1 }, [10, 11]);
    // The checkpoint of step 11 has pages as of step 10 − lag at best.
    expect([some.firstStep, some.lastStep]).toEqual([1, 11]);
    const again = await openRun(undefined, {
      dir,
      from: "latest",
      trainer: createScriptedTrainer(lossOf),
      overrides: ["steps=15"],
    });
    expect(again.stages.ledger.rebuilt).toBeNull();
    expect((await again.start()).ledger.observations).toBe(60);
    const reader = await openLedgerReader(createFiles(), join(dir, "ledger"));
    expect(reader.firstStep).toBe(12);
  });
});

describe("a failing trainer", () => {
  it("ends the run with its error, on steps$ too, and gives the folder back", async () => {
    const failing = createScriptedTrainer((_shard, _row, _visit, step) => {
      if (step === 7) throw new RangeError("the accelerator fell off");
      return 1;
    });
    const run = await open(20, failing);
    let seen: unknown;
    run.steps$.subscribe({ error: (error: unknown) => (seen = error) });
    await expect(run.start()).rejects.toThrow("the accelerator fell off");
    expect(seen).toBeInstanceOf(RangeError);
    await expect(run.stop()).rejects.toThrow("the accelerator fell off");
    const again = await openRun(undefined, { dir, from: "latest", trainer: createScriptedTrainer(() => 2) });
    expect(again.resumedAt).toBe(5);
    await again.stop();
  });

  it("a loss that is not a number stops the run before its step is committed", async () => {
    const run = await open(
      20,
      createScriptedTrainer((_s, _r, _v, step) => (step === 3 ? Number.NaN : 1)),
    );
    await expect(run.start()).rejects.toThrow(/finite|not a number/);
    expect(run.stages.ledger.step).toBe(2);
  });
});
