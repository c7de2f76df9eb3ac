/** Excess-loss sampling from a reference's scores to the proof of the run that was drawn by them. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { inspectCommand } from "../src/bin/inspect.ts";
import { readConfig } from "../src/config/config.ts";
import { createBlockIndex } from "../src/corpus/blocks/block-index.ts";
import { readManifest } from "../src/corpus/manifest-file.ts";
import { openRun } from "../src/run.ts";
import { readSummary } from "../src/summary.ts";
import { commandHere } from "./support/command-here.ts";
import { runCommand, startCommand } from "./support/command.ts";
import { quickFiles } from "./support/ledger-on-disk.ts";
import { observationsOf, pipelineOver, reopen } from "./support/recorded-runs.ts";
import { readRunContent } from "./support/run-content.ts";
import { stepsIn } from "./support/scored-corpus.ts";
import { createScriptedTrainer } from "./support/scripted-trainer.ts";
import { writeSmallCorpus } from "./support/small-corpus.ts";
import { writeTextCorpus } from "./support/text-corpus.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-excess-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("rows drawn by their excess over a reference", () => {
  /** Odd rows are hard here and easy for the reference; of the even ones, those of 4 are learnt, the others noise for both. */
  const referenceLoss = (row: number): number => (row % 4 === 2 ? 9 : 2);
  const lossOf = (row: number): number => (row % 2 === 1 ? 3 : referenceLoss(row));

  it("gives what the reference cannot learn either, and what is learnt, no more than the floor", async () => {
    const { manifestPath } = await writeSmallCorpus(join(folder, "small"), { rows: [32], heldOutRows: 0 });
    const record = async (name: string, loss: (row: number) => number, changes: object): Promise<string> => {
      const dir = join(folder, name);
      const trainer = createScriptedTrainer((_, row) => loss(row));
      const run = await openRun(pipelineOver(manifestPath, changes), { dir, trainer, files: quickFiles });
      await run.start();
      return dir;
    };
    const sampler = { kind: "uniform" } as const;
    const reference = await record("small-reference", referenceLoss, { steps: 8, sampler });
    const dir = await record("small-excess", lossOf, { steps: 200, ledger: { reference } });
    const draws = { learnable: 0, learnt: 0, noise: 0 };
    for (const { row, probability } of (await observationsOf(await reopen(dir))).slice(100))
      for (const [slot, own] of row.entries()) {
        draws[own % 2 === 1 ? "learnable" : own % 4 === 2 ? "noise" : "learnt"]++;
        // A window has 8 rows, half of them odd, and 4 are taken: 4 · 0.2 / 8 is the floor, 4 · (0.8 / 4 + 0.2 / 8) the rest.
        expect(probability[slot]).toBeCloseTo(own % 2 === 1 ? 0.9 : 0.1, 6);
      }
    expect(draws.learnable).toBeGreaterThan(5 * (draws.learnt + draws.noise));
    expect(Math.min(draws.learnt, draws.noise)).toBeGreaterThan(0);
  });
});

describe("train, score, train on the excess, replay", () => {
  const settings = [
    "steps=120",
    "training.batchSize=32",
    "checkpoint.everySteps=30",
    "checkpoint.retain=100",
    "ledger.reference=scores",
  ];
  const set = settings.flatMap((setting) => ["--set", setting]);
  /** Mean score of the first 8 held-out rows of each domain, as an evaluation adds them up. */
  const heldOutMeans = async (scores: string): Promise<Record<string, number>> => {
    const manifest = await readManifest(join(folder, "corpus/manifest.json"));
    const { domains, shards } = manifest;
    const { heldOut: blocks } = createBlockIndex(manifest);
    const losses = new Map<string, number>();
    for (const { shard, row, loss } of await stepsIn(join(folder, scores)))
      for (const [slot, value] of loss.entries()) losses.set(`${shard[slot]}:${row[slot]}`, value);
    expect(losses.size).toBe(shards.reduce((sum, { rows }) => sum + rows, 0));
    return Object.fromEntries(
      domains.map(({ name }, domain) => {
        const rows = blocks[domain]!.flatMap(({ shard, firstRow, rows: count }) =>
          Array.from({ length: count }, (_, row) => `${shard}:${firstRow + row}`),
        );
        return [name, rows.slice(0, 8).reduce((sum, row) => sum + losses.get(row)!, 0) / 8];
      }),
    );
  };
  /** Held-out losses by the run's last evaluation. */
  const evaluated = async (run: string): Promise<Record<string, number>> => {
    const { heldOut } = (await readSummary(quickFiles, join(folder, run, "summary.json")))!;
    return Object.fromEntries(Object.entries(heldOut).map(([name, { last }]) => [name, last.loss]));
  };
  const command = (...args: string[]): ReturnType<typeof runCommand> => runCommand(args, { cwd: folder });

  it("is one run, killed or not, and is proven from the reference's losses", async () => {
    await writeTextCorpus(folder);
    const tiny = join(folder, "tiny.yaml");
    const dir = join(folder, "reference");
    await (await openRun(tiny, { dir, overrides: ["sampler.kind=uniform"], files: quickFiles })).start();
    const scoring = ["score", "reference", "--corpus", "corpus", "--out", "scores", "--held-out"];
    const score = await command(...scoring);
    expect([score.code, score.stdout]).toEqual([0, expect.stringContaining("scored: scores can be a run's")]);
    // The same rows lie in other batches here: a product's last bits depend on where in it a row lies.
    const scored = await heldOutMeans("scores");
    const wanted = await evaluated("reference");
    expect(Object.keys(scored)).toEqual(Object.keys(wanted));
    for (const [domain, loss] of Object.entries(wanted)) expect(scored[domain]).toBeCloseTo(loss, 5);

    const config = await readConfig(quickFiles, tiny, settings, folder);
    expect(config.ledger.reference).toBe(join(folder, "scores"));
    await (await openRun(config, { dir: join(folder, "whole"), files: quickFiles })).start();

    const { child, ended } = startCommand(["train", "tiny.yaml", "--run", "killed", ...set], { cwd: folder });
    const written = join(folder, "killed/checkpoints/step-000000030");
    while (!existsSync(written) && child.exitCode === null) await setTimeout(5);
    child.kill("SIGKILL");
    expect((await ended).signal).toBe("SIGKILL");
    const resumed = await command("train", "--run", "killed", "--resume");
    expect([resumed.code, resumed.stderr]).toEqual([
      0,
      expect.stringMatching(
        /the reference has losses of \d+ instances, as of its step \d+; there are \d+ to train on\n/,
      ),
    ]);
    const content = await readRunContent(join(folder, "killed"));
    expect(content).toEqual(await readRunContent(join(folder, "whole")));
    expect(content.steps).toHaveLength(120);

    const shown = await commandHere(inspectCommand(), [join(folder, "killed")]);
    expect(shown.stdout).toMatch(/^reference +\S+scores$/m);
    const proof = await command("replay", "killed", "--verify");
    expect([proof.code, proof.stdout]).toEqual([
      0,
      expect.stringMatching(
        /^proven: 120 steps, 3.84 k draws.*; excess over its reference's losses as of step \d+\n/s,
      ),
    ]);
  }, 120_000);
});
