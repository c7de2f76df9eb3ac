import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Pipeline } from "../../../src/config/schema.ts";
import { readQuestion } from "../../../src/study/what-if/changed-config.ts";
import { type WhatIf, whatIf } from "../../../src/study/what-if/what-if.ts";
import { createWeighing } from "../../../src/weighing/weighing.ts";
import { quickFiles } from "../../support/ledger-on-disk.ts";
import { observationsOf, pipelineOver, record, reopen } from "../../support/recorded-runs.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let manifest: string;
let dir: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-what-if-"));
  ({ manifestPath: manifest } = await writeSmallCorpus(join(folder, "corpus")));
  dir = join(folder, "run");
  await record(dir, pipelineOver(manifest));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ask = async (...overrides: string[]): Promise<WhatIf> => {
  const run = await reopen(dir);
  const question = await readQuestion(quickFiles, run, overrides);
  return whatIf(run, question, { files: quickFiles, scratchPath: join(folder, "scratch") });
};
/** A run as another configuration would have made it. */
const recorded = async (changes: Partial<Pipeline>) => {
  const other = join(folder, `other-${JSON.stringify(changes).length}`);
  await record(other, pipelineOver(manifest, changes));
  return observationsOf(await reopen(other));
};
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("what if", () => {
  it("weights were others: the recorded batches, weighed anew", async () => {
    const answer = await ask("weighing.strategy=quadratic");
    const { config } = await reopen(dir);
    const weighing = createWeighing({ ...config.weighing, strategy: "quadratic" });
    const steps = await observationsOf(await reopen(dir));
    const weighed = steps.map(({ loss: losses, ...rest }, at) => weighing.weigh({ losses, ...rest }, at + 1));
    const essOf = weighed.map(({ diagnostics }) => diagnostics.ess);
    const moved = weighed.map(
      ({ weights }, at) =>
        weights.reduce((sum, w, slot) => sum + Math.abs(w - steps[at]!.weight[slot]!), 0) / 2,
    );
    expect(answer).toMatchObject({ steps: 60, domains: ["d0", "d1"], overlap: null });
    expect(answer.losses).toEqual({ recorded: 240, earlier: 0, mean: 0 });
    expect(answer.other.ess).toBeCloseTo(mean(essOf), 9);
    expect(answer.movedWeight).toBeCloseTo(mean(moved), 6);
    expect(answer.recorded.ess).not.toBeCloseTo(answer.other.ess, 2);
  });

  it("nothing changed: both ways are the same", async () => {
    const { recorded: was, other, overlap, movedWeight, losses } = await ask("sampler.windowBytes=268435455");
    expect(overlap).toEqual({ draws: 240, sameStep: 240, instances: { recorded: 64, other: 64, both: 64 } });
    expect(losses).toEqual({ recorded: 240, earlier: 0, mean: 0 });
    expect(movedWeight).toBeNull();
    for (const name of ["ess", "gamma", "rho", "maxWeightTimesSize"] as const)
      expect(other[name]).toBeCloseTo(was[name], 6);
    expect(other.domains.map(({ rowShare }) => rowShare)).toEqual(
      was.domains.map(({ rowShare }) => rowShare),
    );
  });

  it("draws were uniform: the rows that a uniform run draws, by their last recorded losses", async () => {
    const answer = await ask("sampler.kind=uniform", "sampler.keep=1");
    const uniform = await recorded({ sampler: { kind: "uniform", keep: 1 } });
    const own = await observationsOf(await reopen(dir));
    const rowsOf = ({ shard, row }: (typeof own)[number]): string[] =>
      Array.from(row, (value, slot) => `${shard[slot]}:${value}`);
    const sameStep = uniform.map(
      (step, at) => rowsOf(step).filter((name) => rowsOf(own[at]!).includes(name)).length,
    );
    expect(answer.overlap).toMatchObject({ draws: 240, sameStep: sameStep.reduce((a, b) => a + b) });
    expect(answer.overlap!.instances.other).toBe(new Set(uniform.flatMap(rowsOf)).size);
    const { recorded: exact, earlier, mean: guessed } = answer.losses;
    expect(exact + earlier + guessed).toBe(240);
    expect(earlier).toBeGreaterThan(100);
    expect(guessed).toBeGreaterThan(0);
    expect(answer.other.domains[0]!.rowShare).toBeCloseTo(40 / 64, 2);
  });

  it("scores from recorded losses decide other draws", async () => {
    const strong = await ask("sampler.power=4", "sampler.epsilon=0");
    expect(strong.overlap!.sameStep).toBeLessThan(240);
    expect(strong.other.gamma).not.toBe(strong.recorded.gamma);
  });

  it("the reference were another, or none: rows are scored by what is left over it", async () => {
    const reference = join(folder, "reference");
    await record(reference, pipelineOver(manifest, { seed: "reference", steps: 30 }));
    const answer = await ask(`ledger.reference=${reference}`);
    expect(answer.overlap!.draws).toBe(240);
    expect(answer.overlap!.sameStep).toBeLessThan(240);
    await record(join(folder, "excess"), pipelineOver(manifest, { ledger: { reference } }));
    const other = await reopen(join(folder, "excess"));
    const options = { files: quickFiles, scratchPath: join(folder, "scratch") };
    const same = await readQuestion(quickFiles, other, ["sampler.windowBytes=268435455"]);
    expect((await whatIf(other, same, options)).overlap).toMatchObject({ draws: 240, sameStep: 240 });
    const none = await readQuestion(quickFiles, other, ["ledger.reference=null"]);
    expect((await whatIf(other, none, options)).overlap!.sameStep).toBeLessThan(240);
  });

  it("has no answer for scores, which nothing drew", async () => {
    const scores = join(folder, "scores");
    cpSync(dir, scores, { recursive: true });
    writeFileSync(join(scores, "scores.json"), "{}");
    const run = await reopen(scores);
    const question = await readQuestion(quickFiles, run, ["weighing.r=2"]);
    await expect(
      whatIf(run, question, { files: quickFiles, scratchPath: join(folder, "scratch") }),
    ).rejects.toThrow(`the folder must be a run's, got the scores of a model (${scores})`);
  });

  it("tells how far it is, and can be ended there", async () => {
    const run = await reopen(dir);
    const question = await readQuestion(quickFiles, run, ["weighing.r=2"]);
    const done: string[] = [];
    const onProgress = (step: number, all: number): void => {
      if (step === 3) throw new RangeError("enough");
      done.push(`${step}/${all}`);
    };
    const asked = whatIf(run, question, {
      files: quickFiles,
      scratchPath: join(folder, "scratch"),
      onProgress,
    });
    await expect(asked).rejects.toThrow("enough");
    expect(done).toEqual(["1/60", "2/60"]);
  });
});
