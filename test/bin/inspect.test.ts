import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { inspectCommand } from "../../src/bin/inspect.ts";
import { openRun } from "../../src/run.ts";
import { commandHere } from "../support/command-here.ts";
import { runCommand } from "../support/command.ts";
import { createScriptedTrainer } from "../support/scripted-trainer.ts";
import { writeSmallCorpus } from "../support/small-corpus.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-inspect-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  const open = (name: string) =>
    openRun(
      {
        seed: "x",
        steps: 9,
        corpus: { manifest: manifestPath },
        sampler: { kind: "importance" },
        training: { batchSize: 4 },
        checkpoint: { everySteps: 4 },
      },
      { dir: join(folder, name), trainer: createScriptedTrainer(() => 2) },
    );
  await (await open("run")).start();
  await (await open("untouched")).stop();
  const stopped = await open("stopped");
  stopped.steps$.subscribe(({ step }) => {
    if (step === 6) void stopped.stop();
  });
  await stopped.start();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inspect = async (path: string): Promise<string> => {
  const { code, stdout, stderr } = await runCommand(["inspect", path], { cwd: folder });
  return code === 0 ? stdout : `${code}: ${stderr}`;
};

const inspectHere = async (path: string): Promise<string> =>
  (await commandHere(inspectCommand(), [join(folder, path)])).stdout;

describe("inspect", () => {
  it("shows a corpus, named by its folder or its manifest", async () => {
    const table = await inspect("corpus");
    expect(table).toMatch(/^domain {2}documents {2}rows/);
    expect(table).toContain("bytes vocabulary of 32; fingerprint ");
    expect(await inspect("corpus/manifest.json")).toBe(table);
  });

  it("shows a run's settings, checkpoints and results", async () => {
    const text = await inspect("run");
    expect(text).toMatch(/^corpus {7}\/.*corpus\/manifest\.json\n/);
    expect(text).toMatch(/^seed +x$/m);
    expect(text).toMatch(/^sampler +importance, lag 1$/m);
    expect(text).toMatch(/^checkpoints +8, 9$/m);
    expect(text).toMatch(/^ledger {7}steps 1 … 9; 1 sealed segment, 2\.\d\d kB; journal, \d\.\d\d kB\n\n/m);
    expect(text).toMatch(/^9 steps, 288 tokens in /m);
    expect(text).not.toContain("not finished");
  });

  it("shows what a pipeline will take in memory", async () => {
    writeFileSync(join(folder, "run.yaml"), "steps: 5\ncorpus:\n  manifest: corpus/manifest.json\n");
    const { code, stdout } = await runCommand(["inspect", "--memory", "run.yaml"], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^process +0\.18 GB$/m);
    expect(stdout).toMatch(/^a step's activations +0\.0\d GB$/m);
    expect(stdout).toMatch(/^total, estimated +0\.\d\d GB\nmemory here +\d+\.\d\d GB\n$/m);
    writeFileSync(
      join(folder, "other.yaml"),
      "steps: 5\ncorpus:\n  manifest: corpus/manifest.json\nengine:\n  kind: tfjs\n",
    );
    const other = await runCommand(["inspect", "--memory", "other.yaml"], { cwd: folder });
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('engine must be onnx on the cpu, got "tfjs tensorflow" (engine)'),
    });
  });

  it("shows what a pipeline's run will be, and how its ledger will grow", async () => {
    writeFileSync(
      join(folder, "plan.yml"),
      "steps: 5\ncorpus:\n  manifest: corpus/manifest.json\nsampler:\n  kind: importance\n",
    );
    const text = await inspectHere("plan.yml");
    expect(text).toMatch(/^corpus {7}\/.*corpus\/manifest\.json\nmodel +gpt\n/);
    expect(text).toMatch(/^sampler +importance, lag 1$/m);
    expect(text).toMatch(
      /^ledger {7}about \d.* after 5 steps: .* of rows, .* of journal\n {13}up to .*; up to 1\.79 kB of pages in each checkpoint\n$/m,
    );
  });

  it("says of a stopped run how far it came and how to go on", async () => {
    const text = await inspect("stopped");
    expect(text).toMatch(/^checkpoints +4, 6$/m);
    expect(text).toMatch(/^6 of 9 steps, /m);
    expect(text).toMatch(/^not finished: go on with counterweight train --run stopped --resume$/m);
  });

  it("shows the branches of a run that went back, and what a crash tore", async () => {
    const again = await openRun(undefined, {
      dir: join(folder, "stopped"),
      from: 4,
      overrides: ["steps=7"],
      trainer: createScriptedTrainer(() => 3),
    });
    await again.start();
    const text = await inspectHere("stopped");
    expect(text).toMatch(
      /^ledger +steps 1 … 7; 2 sealed segments, .*\n {13}branch 0: .*\n {13}branch 1: .*\n\n/m,
    );
    expect(text).toContain("branch 0: steps 1 … 6; steps 5 … 6 abandoned\n");
    expect(text).toContain("branch 1: steps 5 … 7, live\n");
    appendFileSync(join(folder, "stopped", "ledger", "journal.jsonl"), "torn");
    expect(await inspectHere("stopped")).toMatch(/; 4B behind its last line: under way, or torn\n/);
    rmSync(join(folder, "stopped", "ledger"), { recursive: true });
    expect(await inspectHere("stopped")).toMatch(/^ledger +none$/m);
  });

  it("says so of a run that never took a step", async () => {
    const text = await inspect("untouched");
    expect(text).toMatch(/^checkpoints +none$/m);
    expect(text).toMatch(/^ledger +no steps yet; journal, \d+B$/m);
    expect(text).toMatch(/\n\nnot finished: go on with /);
  });

  it("refuses a folder that holds neither", async () => {
    expect(await inspect(".")).toBe(
      "2: error: there is no run in this folder (.)\nhint:  name a folder that counterweight train made, like runs/quickstart-1\n",
    );
  });
});
