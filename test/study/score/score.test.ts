import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openGptTrainer } from "../../../src/training/gpt-trainer.ts";
import { openReferenceLosses } from "../../../src/ledger/reference/reference-losses.ts";
import { readManifest } from "../../../src/corpus/manifest-file.ts";
import { readRunConfig } from "../../../src/run-folder.ts";
import { readScoresRecord } from "../../../src/study/score/scores-folder.ts";
import { quickFiles, rejection } from "../../support/ledger-on-disk.ts";
import {
  publishedModel,
  scoreInto,
  stepsIn,
  stopAt,
  writeReadableCorpus,
} from "../../support/scored-corpus.ts";
import { smallGpt } from "../../support/small-gpt.ts";
import { tokenAt, writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let manifest: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-score-"));
  manifest = await writeReadableCorpus(join(folder, "corpus"));
  await scoreInto(folder, "scores", { heldOut: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rowsIn = (name: string) => stepsIn(join(folder, name));

describe("scores", () => {
  it("are the trainer's own losses, to the bit", async () => {
    const { model, ...options } = smallGpt({ batchSize: 10 });
    const trainer = await openGptTrainer({
      ...options,
      model: { ...model, from: publishedModel, layers: null, heads: null, width: null },
      engine: { kind: "onnx", backend: "cpu", threads: 1 },
      vocabSize: 61,
    });
    for (const { size, shard, row, loss } of await rowsIn("scores")) {
      const tokens = Uint16Array.from({ length: size * 16 }, (_, at) =>
        tokenAt(shard[Math.floor(at / 16)]!, row[Math.floor(at / 16)]!, at % 16, 61),
      );
      expect(loss).toEqual(await trainer.score(tokens, size));
    }
    await trainer.close();
  });

  it("are of every row once, and a reference for runs over this corpus", async () => {
    const { fingerprint, shards } = await readManifest(manifest);
    const reference = await openReferenceLosses({
      files: quickFiles,
      run: join(folder, "scores"),
      position: null,
      corpus: { fingerprint, shards },
      cacheBytes: 2 ** 20,
      scratchPath: join(folder, "scratch"),
    });
    expect([reference.instances, reference.position.step]).toEqual([76, 9]);
    const [first] = await rowsIn("scores");
    expect(await reference.lossesOf(0)).toEqual(first!.loss.slice(0, 4));
    await reference.close();
  });

  it("leave a record, a configuration that says the same, and a ledger, sealed", async () => {
    expect(readdirSync(join(folder, "scores")).toSorted()).toEqual(["config.json", "ledger", "scores.json"]);
    expect(readdirSync(join(folder, "scores/ledger")).filter((name) => name.endsWith(".arrows"))).toEqual([
      "sealed-000001.arrows",
    ]);
    const record = await readScoresRecord(quickFiles, join(folder, "scores"));
    expect(record).toMatchObject({
      model: { path: publishedModel, layers: 2, heads: 2, width: 16, vocabSize: 61, step: null },
      corpus: { manifest, fingerprint: (await readManifest(manifest)).fingerprint },
      domains: [
        { name: "d0", rows: 40, heldOutRows: 6 },
        { name: "d1", rows: 24, heldOutRows: 6 },
      ],
      batchSize: 10,
      heldOut: true,
    });
    expect(record!.model.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await readRunConfig(quickFiles, join(folder, "scores"))).toMatchObject({
      steps: 9,
      corpus: { manifest },
      model: { from: publishedModel },
      training: { batchSize: 10 },
      engine: { threads: 1 },
    });
  });
});

describe("an interrupted scoring", () => {
  it("goes on where it stopped, and gives the same scores, however often", async () => {
    for (const rows of [0, 20, 64])
      expect((await scoreInto(folder, "stopped", { heldOut: true, ...stopAt(rows) })).done).toBe(rows);
    expect((await scoreInto(folder, "stopped", { heldOut: true })).done).toBe(76);
    expect(await rowsIn("stopped")).toEqual(await rowsIn("scores"));
  });

  it("takes held-out rows in after the others were done, and keeps them when they are not asked for", async () => {
    expect(await scoreInto(folder, "later")).toMatchObject({ done: 64, rows: 64 });
    expect(await scoreInto(folder, "later", { heldOut: true })).toMatchObject({ done: 76, rows: 76 });
    expect(await rowsIn("later")).toEqual(await rowsIn("scores"));
    expect(await scoreInto(folder, "later")).toMatchObject({ done: 76, rows: 76 });
  });

  it("goes on after a model that has moved, but not with another model, batch, corpus or engine", async () => {
    await scoreInto(folder, "begun", stopAt(20));
    const moved = join(folder, "moved");
    cpSync(publishedModel, moved, { recursive: true });
    expect((await scoreInto(folder, "begun", { model: moved, ...stopAt(30) })).done).toBe(30);
    const weights = readFileSync(join(moved, "model.safetensors"));
    weights[weights.length - 1]! ^= 1;
    writeFileSync(join(moved, "model.safetensors"), weights);
    const begun = join(folder, "begun");
    expect(await rejection(scoreInto(folder, "begun", { model: moved }))).toMatch(
      /^ConfigError: the model must stay as it was when the scoring began, .*begun\)$/,
    );
    expect(await rejection(scoreInto(folder, "begun", { batchSize: 11 }))).toBe(
      `ConfigError: the batch size must stay as it was when the scoring began, 10, got 11 (${begun})`,
    );
    const engine = { kind: "onnx", backend: "cpu", threads: 2 } as const;
    expect(await rejection(scoreInto(folder, "begun", { engine }))).toContain("the engine must stay");
    const { manifestPath } = await writeSmallCorpus(join(folder, "other"), {
      seqLen: 16,
      vocabSize: 61,
      rows: [8],
    });
    expect(await rejection(scoreInto(folder, "begun", { manifest: manifestPath }))).toContain(
      "the corpus must stay",
    );
  });

  it("may begin otherwise as long as nothing was scored, and clears up what a crash left", async () => {
    await scoreInto(folder, "nothing", stopAt(0));
    writeFileSync(join(folder, "nothing/scores.json.partial-01234567"), "{");
    expect((await scoreInto(folder, "nothing", { batchSize: 64 })).done).toBe(64);
    expect((await rowsIn("nothing")).map(({ size }) => size)).toEqual([64]);
    expect(readdirSync(join(folder, "nothing"))).toEqual(["config.json", "ledger", "scores.json"]);
  });
});

describe("scoring", () => {
  it("takes 16 rows at once and the usual engine where nothing is said", async () => {
    await scoreInto(folder, "usual", { batchSize: undefined, engine: undefined });
    expect(await readScoresRecord(quickFiles, join(folder, "usual"))).toMatchObject({
      batchSize: 16,
      engine: { kind: "onnx", backend: "cpu", threads: 2 },
    });
  });

  it("refuses a folder of something else, and a corpus that the model cannot read, and leaves nothing there", async () => {
    expect(await rejection(scoreInto(folder, "corpus"))).toContain(
      "the folder must be new or hold scores, got one with d0-held-out.parquet",
    );
    const { manifestPath } = await writeSmallCorpus(join(folder, "long"), { seqLen: 25, vocabSize: 61 });
    expect(await rejection(scoreInto(folder, "none", { manifest: manifestPath }))).toContain(
      "the model's context must be at least the corpus' seqLen 25, got 24",
    );
    expect(existsSync(join(folder, "none"))).toBe(false);
  });

  it("logs a loss that is not finite, and counts it as none", async () => {
    const broken = join(folder, "broken");
    cpSync(publishedModel, broken, { recursive: true });
    const path = join(broken, "model.safetensors");
    const bytes = readFileSync(path);
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + bytes.readUInt32LE(0))) as Record<
      string,
      { data_offsets: [number, number] }
    >;
    const name = Object.keys(header).find((key) => key.endsWith("ln_f.bias"))!;
    bytes.writeFloatLE(Number.NaN, 8 + bytes.readUInt32LE(0) + header[name]!.data_offsets[0]);
    writeFileSync(path, bytes);
    expect((await scoreInto(folder, "not-finite", { model: broken })).done).toBe(64);
    for (const { loss } of await rowsIn("not-finite"))
      expect([...loss].every((value) => Number.isNaN(value))).toBe(true);
  });
});
