import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { checkStep } from "../../../src/study/replay/recorded-run.ts";
import { openRun } from "../../../src/run.ts";
import type { Trainer } from "../../../src/training/trainer.ts";
import { quickFiles, rejection } from "../../support/ledger-on-disk.ts";
import { pipelineOver, record, reopen, rollBack, scriptedTrainer } from "../../support/recorded-runs.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let manifest: string;
let dir: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-recorded-"));
  ({ manifestPath: manifest } = await writeSmallCorpus(join(folder, "corpus")));
  dir = join(folder, "run");
  await record(dir, pipelineOver(manifest, { steps: 20 }));
  await rollBack(dir, 10, 15);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a recorded run", () => {
  it("is opened on its live branch, or an abandoned one", async () => {
    const run = await reopen(dir);
    expect(run).toMatchObject({ folder: dir, fingerprint: run.manifest.fingerprint, ownModel: false });
    expect([run.ledger.branch, run.ledger.lastStep]).toEqual([1, 15]);
    const { ledger } = await reopen(dir, { branch: 0 });
    expect([ledger.branch, ledger.lastStep]).toEqual([0, 20]);
    expect(await rejection(reopen(dir, { branch: 2 }))).toContain(
      "LedgerError: branch 2 is not in the journal",
    );
  });

  it("has the steps of its branch", async () => {
    const run = await reopen(dir);
    expect(() => checkStep(run, 16, 1)).toThrow("step must be in 1 … 15, the steps of this run, got 16");
    expect(() => checkStep(run, 0, 1)).toThrow("got 0");
    expect(() => checkStep(run, 0, 0)).not.toThrow();
  });

  it("takes its corpus from elsewhere, but no other one", async () => {
    const { manifestPath } = await writeSmallCorpus(join(folder, "moved"));
    expect((await reopen(dir, { corpus: manifestPath })).config.corpus).toMatchObject({
      manifest: manifestPath,
    });
    const other = await writeSmallCorpus(join(folder, "other"), { seqLen: 6 });
    await expect(reopen(dir, { corpus: other.manifestPath })).rejects.toMatchObject({
      message: `the corpus must be the one that the run was started with (corpus.manifest, ${other.manifestPath})`,
      hint: expect.stringMatching(
        /^its fingerprint is [0-9a-f]{12}, the run's is [0-9a-f]{12}; name the run's corpus by --corpus$/,
      ),
    });
  });

  it("without checkpoints has its corpus by the journal alone", async () => {
    const bare = join(folder, "bare");
    const full = scriptedTrainer();
    const trainer: Trainer = { step: (batch, weigh) => full.step(batch, weigh) };
    await (
      await openRun(pipelineOver(manifest, { steps: 2 }), { dir: bare, trainer, files: quickFiles })
    ).start();
    expect(await reopen(bare)).toMatchObject({ fingerprint: null, ownModel: false });
    const other = await writeSmallCorpus(join(folder, "third"), { seqLen: 5 });
    expect(await rejection(reopen(bare, { corpus: other.manifestPath }))).toContain(
      "ConfigError: the corpus must be the one that the run was started with",
    );
  });

  it("over made-up instances has no shards to look for", async () => {
    const made = join(folder, "made");
    const corpus = { kind: "synthetic", instances: 64, blockRows: 8 } as const;
    await record(made, { ...pipelineOver(manifest, { steps: 2 }), corpus });
    expect((await reopen(made)).manifest.shards).toHaveLength(2);
    expect(await rejection(reopen(made, { corpus: manifest }))).toBe(
      "ConfigError: a run without shards has no corpus to look for elsewhere (corpus.kind)",
    );
  });

  it("must be of this sampling version", async () => {
    const old = join(folder, "old");
    await record(old, pipelineOver(manifest, { steps: 2 }));
    const newest = join(old, "checkpoints", readdirSync(join(old, "checkpoints")).at(-1)!, "checkpoint.json");
    writeFileSync(
      newest,
      readFileSync(newest, "utf8").replace('"samplingVersion": 1', '"samplingVersion": 0'),
    );
    expect(await rejection(reopen(old))).toContain(
      "LedgerError: sampling version of the run must be 1, got 0",
    );
    expect(await rejection(reopen(join(folder, "none")))).toContain(
      "ConfigError: there is no run in this folder",
    );
  });
});
