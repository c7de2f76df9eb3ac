import { cpSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Pipeline } from "../../../src/config/schema.ts";
import type { Observations } from "../../../src/ledger/log/observations.ts";
import { openRun } from "../../../src/run.ts";
import { weightTolerance } from "../../../src/study/replay/verify.ts";
import { forgeStep, journalLines, writeJournal } from "../../support/forged-ledger.ts";
import { quickFiles, rejection } from "../../support/ledger-on-disk.ts";
import {
  observationsOf,
  pipelineOver,
  record,
  reopen,
  rollBack,
  verify,
} from "../../support/recorded-runs.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";
import { textPipeline, writeTextCorpus } from "../../support/text-corpus.ts";

let folder: string;
let manifest: string;
let plain: string;
let copies = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-verify-"));
  ({ manifestPath: manifest } = await writeSmallCorpus(join(folder, "corpus")));
  plain = join(folder, "plain");
  await record(plain, pipelineOver(manifest));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of a run, to be damaged. */
const copyOf = (dir: string): string => {
  const copy = join(folder, `copy-${(copies += 1)}`);
  cpSync(dir, copy, { recursive: true });
  return copy;
};
const ledgerOf = (dir: string): string => join(dir, "ledger");
const forged = (step: number, change: (rows: Observations) => void): Promise<string> => {
  const dir = copyOf(plain);
  forgeStep(ledgerOf(dir), step, change);
  return rejection(verify(dir));
};
const swap = (values: { [slot: number]: number }, a: number, b: number): void => {
  [values[a], values[b]] = [values[b]!, values[a]!];
};

describe("proof of a run", () => {
  it("says what was proven", async () => {
    const seen: string[] = [];
    const proof = await verify(plain, {
      onProgress: ({ of, done, all }) => seen.push(`${of} ${done}/${all}`),
    });
    expect(proof).toEqual({
      branch: 0,
      steps: 60,
      draws: 240,
      windows: 83,
      reference: null,
      weights: { exact: 240, farthest: 0, tolerance: 0 },
      tokens: { blocks: 16, bytes: 1024, withoutChecksum: 0 },
      seconds: expect.any(Number),
    });
    expect(seen).toHaveLength(76);
    expect([seen[0], seen[59], seen[75]]).toEqual(["steps 1/60", "steps 60/60", "blocks 16/16"]);
  });

  it.each<[string, Partial<Pipeline>]>([
    ["uniform", { sampler: { kind: "uniform" }, weighing: { strategy: "uniform" } }],
    ["lag 0", { sampler: { kind: "importance", lag: 0 } }],
    [
      "lag 4, the mean of losses, a power",
      { sampler: { kind: "importance", lag: 4, score: "emaLoss", power: 2 } },
    ],
    ["a mixture", { sampler: { kind: "importance", mixture: { d0: 1, d1: 2 } } }],
    [
      "stages of a mixture, without a floor",
      {
        sampler: {
          kind: "importance",
          epsilon: 0,
          mixture: [
            { fromStep: 1, weights: { d0: 1 } },
            { fromStep: 25, weights: { d0: 1, d1: 2 } },
          ],
        },
      },
    ],
    [
      "a cap and a schedule",
      { weighing: { strategy: "rawDro", maxWeight: 2, schedule: { kind: "burnIn", steps: 9 } } },
    ],
    ["unbiased weights", { weighing: { strategy: "uniform", normalise: "expected" } }],
  ])("%s, rolled back and resumed three times", async (_name, changes) => {
    const dir = join(folder, `run-${(copies += 1)}`);
    await record(dir, pipelineOver(manifest, { steps: 40, ...changes }));
    await rollBack(dir, 20, 45);
    await rollBack(dir, 45, 50);
    await rollBack(dir, 10, 60);
    expect(await verify(dir)).toMatchObject({ branch: 2, steps: 60, draws: 240, weights: { exact: 240 } });
    expect(await verify(dir, { branch: 1 })).toMatchObject({ branch: 1, steps: 50 });
    expect(await verify(dir, { branch: 0 })).toMatchObject({ branch: 0, steps: 40 });
  });

  it("mixtures set from outside", async () => {
    const dir = join(folder, "mixtures");
    const changed = { step: 12, weights: { d0: 1, d1: 5 } } as const;
    await record(dir, pipelineOver(manifest), ({ stages }) =>
      stages.sampler.changeMixture(changed.step, changed.weights),
    );
    expect(await rejection(verify(dir))).toContain("the row in slot");
    const [opening, ...steps] = journalLines(ledgerOf(dir));
    writeJournal(ledgerOf(dir), [opening!, { kind: "mixture", ...changed }, ...steps]);
    expect(await verify(dir)).toMatchObject({ steps: 60, weights: { exact: 240 } });
  });

  it("draws in proportion to the excess over a reference, in the state that it had then", async () => {
    const reference = copyOf(plain);
    const dir = join(folder, "excess");
    await record(dir, pipelineOver(manifest, { ledger: { reference } }));
    const proof = await verify(dir);
    expect(proof).toMatchObject({ steps: 60, weights: { exact: 240 }, reference: { branch: 0, step: 60 } });
    forgeStep(ledgerOf(reference), 9, ({ loss }) => loss.fill(1));
    expect(await rejection(verify(dir))).toContain(
      "ConfigError: the reference must be the one that the run was started with, step 60 of branch 0, checksum",
    );
    rmSync(reference, { recursive: true });
    expect(await rejection(verify(dir))).toContain("ConfigError: there is no ledger to refer to");
  });

  it("no scores, which nothing drew", async () => {
    const dir = copyOf(plain);
    writeFileSync(join(dir, "scores.json"), "{}");
    expect(await rejection(verify(dir))).toBe(
      `ConfigError: the folder must be a run's, got the scores of a model (${dir})`,
    );
  });

  it("a run without a single step", async () => {
    const dir = join(folder, "empty");
    await (
      await openRun(pipelineOver(manifest), {
        dir,
        files: quickFiles,
        trainer: { step: async () => ({ losses: [] }) },
      })
    ).stop();
    expect(await verify(dir)).toMatchObject({ steps: 0, draws: 0, windows: 0 });
  });
});

describe("what was altered with all checksums made to fit", () => {
  it("a row", async () => {
    const [step] = (await observationsOf(await reopen(plain))).slice(29);
    const row = step!.row[2]!;
    const found = await forged(30, (rows) => (rows.row[2] = row ^ 1));
    expect(found).toMatch(
      new RegExp(`the row in slot 2 of step 30 must be 0:${row} as derived again, got 0:${row ^ 1} `),
    );
    expect(found).toContain(`(${join(folder, `copy-${copies}`, "ledger")}, step 30)`);
  });

  it("the order", async () => {
    const found = await forged(30, (rows) => {
      for (const column of [
        rows.shard,
        rows.row,
        rows.domain,
        rows.loss,
        rows.weight,
        rows.probability,
        rows.base,
      ])
        swap(column, 1, 3);
    });
    expect(found).toMatch(/LedgerError: the row in slot 1 of step 30 must be .* which belongs in slot 3 \(/);
  });

  it.each<[string, (rows: Observations) => void]>([
    ["probability", (rows) => (rows.probability[3]! *= 1 + 2 ** -20)],
    ["base", (rows) => (rows.base[3]! /= 2)],
    ["domain", (rows) => (rows.domain[3]! ^= 1)],
    ["step", (rows) => (rows.step[3] = 31)],
    ["weight", (rows) => (rows.weight[3]! *= 1 + 2 ** -22)],
    ["mark trained", (rows) => (rows.trained[0]! &= 0b0111)],
  ])("a %s", async (what, change) => {
    expect(await forged(30, change)).toMatch(
      new RegExp(
        `^LedgerError: the ${what} in slot 3 of step 30 must be \\S+ as derived again, got \\S+ \\(`,
      ),
    );
  });

  it("a loss, by the weights that follow from it", async () => {
    expect(await forged(30, (rows) => (rows.loss[3]! += 3))).toMatch(
      /the weight in slot \d of step 30 must be/,
    );
    expect(await forged(30, (rows) => (rows.loss[3] = Number.NaN))).toContain(
      "step 30 cannot be derived again: loss of the row in slot 3",
    );
  });

  it("a step of an abandoned branch, on that branch alone", async () => {
    const dir = copyOf(plain);
    await rollBack(dir, 40, 45);
    const lines = journalLines(ledgerOf(dir));
    writeJournal(ledgerOf(dir), lines.slice(0, -6)); // five steps and their seal
    forgeStep(ledgerOf(dir), 42, (rows) => (rows.weight[0]! *= 2));
    expect(await verify(dir)).toMatchObject({ branch: 1, steps: 40 });
    expect(await rejection(verify(dir, { branch: 0 }))).toContain("the weight in slot 0 of step 42 must be");
  });
});

describe("what was altered without", () => {
  it("any byte of journal and segments, by its checksum", async () => {
    const ledger = join(copyOf(plain), "ledger");
    for (const name of readdirSync(ledger).filter((file) => /journal|segment|sealed/.test(file))) {
      const path = join(ledger, name);
      const whole = readFileSync(path);
      for (let at = 3; at < whole.byteLength - 300; at += Math.ceil(whole.byteLength / 11)) {
        const altered = Buffer.from(whole);
        altered[at]! ^= 1 << (at % 8);
        writeFileSync(path, altered);
        expect(await rejection(verify(join(ledger, ".."), { tokens: false }))).toMatch(
          /^LedgerError: .*offset \d+/,
        );
      }
      writeFileSync(path, whole);
    }
    expect(await verify(join(ledger, ".."))).toMatchObject({ steps: 60 });
  });

  it("another seed, by name", async () => {
    const dir = copyOf(plain);
    const path = join(dir, "config.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"replay"', '"another"'));
    await expect(verify(dir)).rejects.toMatchObject({
      name: "LedgerError",
      message: expect.stringMatching(
        /^the draws of step 1 must follow from seed "another", got other rows in [34] of 4 slots; the row in slot \d must be/,
      ),
      hint: expect.stringContaining("put its own config.json back"),
    });
  });

  it("another corpus, by its fingerprint; the same one elsewhere is taken", async () => {
    const other = await writeSmallCorpus(join(folder, "other"), { rows: [44, 24] });
    expect(await rejection(verify(plain, { corpus: other.manifestPath }))).toContain(
      "ConfigError: the corpus must be the one that the run was started with (corpus.manifest",
    );
    const moved = await writeSmallCorpus(join(folder, "moved"));
    expect(await verify(plain, { corpus: moved.manifestPath })).toMatchObject({ steps: 60 });
  });

  it("swapped shards, even of one size, by the tokens of a block", async () => {
    const twins = join(folder, "twins");
    const { manifestPath } = await writeSmallCorpus(twins, { rows: [24, 24] });
    const dir = join(folder, "over-twins");
    await record(dir, pipelineOver(manifestPath, { steps: 10 }));
    renameSync(join(twins, "d0.parquet"), join(twins, "d.parquet"));
    renameSync(join(twins, "d1.parquet"), join(twins, "d0.parquet"));
    renameSync(join(twins, "d.parquet"), join(twins, "d1.parquet"));
    expect(await rejection(verify(dir))).toMatch(/^ShardError: .*checksum.*d0\.parquet.*block \d/);
    expect(await verify(dir, { tokens: false })).toMatchObject({ steps: 10, tokens: null });
  });
});

describe("weights that our trainer computed in its graph", () => {
  it("are proven within 1e-5, and no farther", async () => {
    const texts = join(folder, "texts");
    await writeTextCorpus(texts);
    const dir = join(folder, "gpt");
    writeFileSync(join(texts, "tiny.yaml"), textPipeline);
    await (await openRun(join(texts, "tiny.yaml"), { dir })).start();
    const proof = await verify(dir);
    expect(proof).toMatchObject({ steps: 12, draws: 96, weights: { tolerance: 1e-5 } });
    expect(proof.weights.exact).toBeLessThan(96);
    expect(proof.weights.farthest).toBeGreaterThan(0);
    expect(proof.weights.farthest).toBeLessThan(1e-6);
    expect(await rejection(verify(dir, { tolerance: 0 }))).toContain("the weight in slot");
    forgeStep(ledgerOf(dir), 7, (rows) => (rows.weight[5]! *= 1.00002));
    expect(await rejection(verify(dir))).toContain("the weight in slot 5 of step 7 must be");
  });

  it("are those of whole batches, plain options and our models only", async () => {
    const { config } = await reopen(plain);
    const tolerance = (changes: object, ownModel = true): number =>
      weightTolerance({ config: { ...config, ...changes }, ownModel });
    const { training, weighing, model } = config;
    expect(tolerance({})).toBe(1e-5);
    expect(tolerance({}, false)).toBe(0);
    expect(tolerance({ weighing: { ...weighing, maxWeight: 2 } })).toBe(0);
    const parts = { training: { ...training, microBatchSize: 2 } };
    expect(tolerance(parts)).toBe(0);
    expect(tolerance({ ...parts, model: { ...model, kind: "regression" } })).toBe(1e-5);
  });
});
