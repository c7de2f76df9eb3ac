import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { checkConfig } from "../../../src/config/config.ts";
import { type Corpus, openCorpus } from "../../../src/corpus/corpus.ts";
import { scoredRows } from "../../../src/study/score/scored-rows.ts";
import { type ScoreProgress, type Scoring, scoreRest, standingOf } from "../../../src/study/score/scoring.ts";
import {
  openSmall,
  quickFiles,
  rejection,
  takeSteps,
  temporaryFolder,
} from "../../support/ledger-on-disk.ts";
import { publishedModel, stepsIn, writeReadableCorpus } from "../../support/scored-corpus.ts";

let folder: string;
let manifest: string;
let corpus: Corpus;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-scoring-"));
  manifest = await writeReadableCorpus(join(folder, "corpus"));
  corpus = await openCorpus(manifest, { verify: "read", cacheBytes: null });
});
afterAll(async () => {
  await corpus.close();
  rmSync(folder, { recursive: true, force: true });
});

const scoringInto = async (name: string, changes: Partial<Scoring> = {}): Promise<Scoring> => ({
  files: quickFiles,
  out: join(folder, name),
  config: checkConfig({
    steps: 1,
    corpus: { manifest },
    model: { from: publishedModel },
    training: { batchSize: 25 },
    engine: { threads: 1 },
  }),
  corpus,
  rows: scoredRows(corpus.manifest, 25, true),
  standing: await standingOf(quickFiles, join(folder, name, "ledger")),
  ...changes,
});
const nothing = async (): Promise<void> => {};

describe("where scores stand", () => {
  it("is nowhere without a journal, or with one whose first line is torn", async () => {
    const { folder: at, remove } = temporaryFolder();
    expect(await standingOf(quickFiles, join(at, "none"))).toEqual({ step: 0, position: null });
    writeFileSync(join(at, "journal.jsonl"), '{"kind":"bra');
    expect(await standingOf(quickFiles, at)).toEqual({ step: 0, position: null });
    remove();
  });

  it("is the last good line of the journal", async () => {
    const { folder: at, remove } = temporaryFolder();
    const ledger = await openSmall(at);
    await takeSteps(ledger, 1, 4);
    const position = ledger.position();
    await ledger.close();
    expect(await standingOf(quickFiles, at)).toEqual({ step: 4, position });
    appendFileSync(join(at, "journal.jsonl"), '{"kind":"step","st');
    expect(await standingOf(quickFiles, at)).toEqual({ step: 4, position });
    remove();
  });
});

describe("a pass", () => {
  it("logs every batch as a step that trained nothing and chose nothing, and tells how far it is", async () => {
    const told: ScoreProgress[] = [];
    let begun = 0;
    const ended = await scoreRest(
      await scoringInto("whole", { onProgress: (progress) => told.push(progress) }),
      async () => {
        expect(told).toEqual([]);
        begun++;
      },
    );
    expect(begun).toBe(1);
    expect(ended).toEqual({ done: 76, rows: 76, seqLen: 16 });
    expect(told.map(({ done }) => done)).toEqual([0, 25, 50, 64, 76]);
    const steps = await stepsIn(join(folder, "whole"));
    expect(steps.map(({ size }) => size)).toEqual([25, 25, 14, 12]);
    for (const { trained, weight, probability, base, targets, loss } of steps) {
      expect([...trained].every((bits) => bits === 0)).toBe(true);
      expect([...weight].every((value) => value === 0)).toBe(true);
      expect([...probability, ...base].every((value) => value === 1)).toBe(true);
      expect([...targets].every((value) => value === 15)).toBe(true);
      expect([...loss].every((value) => value > 3 && value < 7)).toBe(true);
    }
  });

  it("opens no model where nothing is left, and scores nothing again", async () => {
    const before = await stepsIn(join(folder, "whole"));
    const config = checkConfig({ steps: 1, corpus: { manifest }, model: { from: join(folder, "none") } });
    const told: ScoreProgress[] = [];
    const onProgress = (progress: ScoreProgress): void => void told.push(progress);
    const ended = await scoreRest(await scoringInto("whole", { config, onProgress }), nothing);
    expect([ended.done, told]).toEqual([76, []]);
    expect(await stepsIn(join(folder, "whole"))).toEqual(before);
  });

  it("ends before the next batch when it is told to, and gives everything back", async () => {
    const signal = AbortSignal.abort();
    expect(await scoreRest(await scoringInto("stopped", { signal }), nothing)).toMatchObject({ done: 0 });
    expect((await scoreRest(await scoringInto("stopped"), nothing)).done).toBe(76);
  });

  it("gives the ledger back when it cannot begin, or has no model", async () => {
    const refused = scoreRest(await scoringInto("failed"), async () => {
      throw new RangeError("no");
    });
    await expect(refused).rejects.toThrow("no");
    const config = checkConfig({ steps: 1, corpus: { manifest }, model: { from: join(folder, "none") } });
    expect(await rejection(scoreRest(await scoringInto("failed", { config }), nothing))).toContain(
      "model.from must be a folder with config.json and model.safetensors",
    );
    expect((await scoreRest(await scoringInto("failed"), nothing)).done).toBe(76);
  });

  it("names the row of a token that the vocabulary does not have", async () => {
    const { tokenizer } = corpus.manifest;
    const altered = {
      ...corpus,
      manifest: { ...corpus.manifest, tokenizer: { ...tokenizer, vocabSize: 60 } },
    };
    const config = checkConfig({
      steps: 1,
      corpus: { manifest },
      training: { batchSize: 2 },
      engine: { threads: 1 },
      model: { from: publishedModel, vocabSize: 61 },
    });
    const rows = scoredRows(altered.manifest, 2, false);
    await expect(
      scoreRest(await scoringInto("tokens", { corpus: altered, config, rows }), nothing),
    ).rejects.toMatchObject({
      code: "CW_SHARD",
      message: "token 6 of row 3 must be below the vocabulary's size 60, got 60 (d0.parquet, row 3)",
    });
    expect((await stepsIn(join(folder, "tokens"))).length).toBe(1);
  });
});
