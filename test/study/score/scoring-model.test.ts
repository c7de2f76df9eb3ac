import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openRun } from "../../../src/run.ts";
import { findModel } from "../../../src/study/score/scoring-model.ts";
import { quickFiles, rejection } from "../../support/ledger-on-disk.ts";
import { pipelineOver, scriptedTrainer } from "../../support/recorded-runs.ts";
import { publishedModel, writeReadableCorpus } from "../../support/scored-corpus.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let manifest: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-scoring-model-"));
  manifest = await writeReadableCorpus(join(folder, "corpus"));
  await record("run", true);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Records 20 steps with a trainer that saves the published model, or none. */
const record = async (name: string, savesModel: boolean, changes: object = {}): Promise<void> => {
  const trainer = scriptedTrainer();
  const save = async (to: string): Promise<void> => {
    await trainer.save!(to);
    if (savesModel) cpSync(publishedModel, to, { recursive: true });
  };
  const pipeline = pipelineOver(manifest, { steps: 20, model: { biases: false }, ...changes });
  const run = await openRun(pipeline, {
    dir: join(folder, name),
    trainer: { ...trainer, save },
    files: quickFiles,
  });
  await run.start();
};
const find = (name: string) => findModel(quickFiles, join(folder, name));
const inRun = (step: string) => join(folder, "run/checkpoints", `step-0000000${step}`);

describe("the model that scores", () => {
  it("is a published one by its files, and then nothing is known of where it comes from", async () => {
    expect(await findModel(quickFiles, publishedModel)).toEqual({
      folder: publishedModel,
      sizes: { layers: 2, heads: 2, width: 16, context: 24, vocabSize: 61 },
      trained: null,
    });
  });

  it("is that of a run's newest checkpoint, with its pipeline and its corpus' tokenizer", async () => {
    const { folder: found, trained } = await find("run");
    expect(found).toBe(join(inRun("20"), "model"));
    expect(trained).toMatchObject({ step: 20, options: { biases: false }, config: { seed: "replay" } });
    expect(trained!.tokenizer).toMatchObject({ kind: "bytes", vocabSize: 61 });
  });

  it("is that of a named checkpoint, or of one that was taken out of its run", async () => {
    expect(await find("run/checkpoints/step-000000010")).toMatchObject({
      folder: join(inRun("10"), "model"),
      trained: { step: 10 },
    });
    expect(await find("run/checkpoints/step-000000010/model")).toMatchObject({ trained: null });
    cpSync(inRun("10"), join(folder, "kept"), { recursive: true });
    expect(await find("kept")).toMatchObject({ folder: join(folder, "kept/model"), trained: null });
  });

  it("does not take another corpus' tokenizer for its own, nor one that is gone", async () => {
    const moved = join(folder, "moved");
    cpSync(join(folder, "run"), moved, { recursive: true });
    const config = readFileSync(join(moved, "config.json"), "utf8");
    const { manifestPath: other } = await writeSmallCorpus(join(folder, "other"), { vocabSize: 9 });
    for (const path of [other, join(folder, "none.json")]) {
      writeFileSync(join(moved, "config.json"), config.replace(manifest, path));
      expect((await find("moved")).trained).toMatchObject({ step: 20, tokenizer: null });
    }
  });

  it("must be there, and be one of text", async () => {
    await record("bare", false);
    expect(await rejection(find("bare"))).toBe(
      `ConfigError: this run has no checkpoint with a model (${join(folder, "bare")})`,
    );
    await record("untrained", true, { steps: 2 });
    rmSync(join(folder, "untrained/checkpoints"), { recursive: true });
    expect(await rejection(find("untrained"))).toContain("this run has no checkpoint with a model");
    await record("line", true, {
      corpus: { kind: "synthetic", instances: 64, blockRows: 8 },
      model: { kind: "regression" },
    });
    expect(await rejection(find("line"))).toBe(
      `ConfigError: only a run over text has a model that scores text (${join(folder, "line")})`,
    );
    for (const name of ["corpus", "nowhere"])
      expect(await rejection(find(name))).toBe(
        `ConfigError: there is no model in this folder (${join(folder, name)})`,
      );
  });

  it("is none where the folder holds scores, or something else's config.json", async () => {
    const scores = join(folder, "scores");
    cpSync(join(folder, "run"), scores, { recursive: true });
    writeFileSync(join(scores, "scores.json"), "{}");
    expect(await rejection(find("scores"))).toBe(
      `ConfigError: the folder must be a run's, got the scores of a model (${scores})`,
    );
    mkdirSync(join(folder, "bert"));
    writeFileSync(join(folder, "bert/model.safetensors"), "");
    writeFileSync(join(folder, "bert/config.json"), '{ "model_type": "bert" }');
    expect(await rejection(find("bert"))).toContain('model_type must be "gpt2", got "bert"');
  });
});
