import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import {
  type ScoresRecord,
  checkNothingElse,
  checkSameScores,
  readScoresRecord,
  writeScoresRecord,
} from "../../../src/study/score/scores-folder.ts";
import { quickFiles, rejection, temporaryFolder } from "../../support/ledger-on-disk.ts";

let folder: string;
let remove: () => void;
beforeEach(() => ({ folder, remove } = temporaryFolder()));
afterEach(() => remove());

const record: ScoresRecord = {
  formatVersion: 1,
  model: {
    path: "/runs/a/model",
    sha256: "a".repeat(64),
    layers: 1,
    heads: 2,
    width: 16,
    context: 24,
    vocabSize: 61,
    step: null,
  },
  corpus: { manifest: "/data/manifest.json", fingerprint: "c".repeat(64) },
  domains: [{ name: "novel", rows: 40, heldOutRows: 6 }],
  batchSize: 10,
  heldOut: false,
  engine: { kind: "onnx", backend: "cpu", threads: 1 },
};

describe("scores.json", () => {
  it("comes back as it was written, and is null where there is none", async () => {
    expect(await readScoresRecord(quickFiles, folder)).toBeNull();
    await writeScoresRecord(quickFiles, folder, record);
    expect(await readScoresRecord(quickFiles, folder)).toEqual(record);
    const trained = { ...record, engine: { kind: "tfjs", backend: "wasm" } as const, heldOut: true };
    await writeScoresRecord(quickFiles, folder, trained);
    expect(await readScoresRecord(quickFiles, folder)).toEqual(trained);
  });

  it.each(["", "{}", JSON.stringify({ ...record, formatVersion: 2 })])("cannot be %j", async (text) => {
    const path = join(folder, "scores.json");
    writeFileSync(path, text);
    expect(await rejection(readScoresRecord(quickFiles, folder))).toBe(
      `ConfigError: the record of the scores cannot be read (${path})`,
    );
  });
});

describe("a folder for scores", () => {
  it("may be missing, empty, or hold what a start left", async () => {
    await expect(checkNothingElse(quickFiles, join(folder, "none"), 0)).resolves.toBeUndefined();
    await expect(checkNothingElse(quickFiles, folder, 0)).resolves.toBeUndefined();
    mkdirSync(join(folder, "ledger"));
    writeFileSync(join(folder, "scores.json.partial-12345678"), "");
    await expect(checkNothingElse(quickFiles, folder, 0)).resolves.toBeUndefined();
  });

  it("may hold nothing else, nor a ledger with steps that nothing speaks for", async () => {
    mkdirSync(join(folder, "ledger"));
    expect(await rejection(checkNothingElse(quickFiles, folder, 3))).toBe(
      `ConfigError: the folder must be new or hold scores, got one with ledger (${folder})`,
    );
    writeFileSync(join(folder, "config.json"), "");
    expect(await rejection(checkNothingElse(quickFiles, folder, 0))).toBe(
      `ConfigError: the folder must be new or hold scores, got one with config.json (${folder})`,
    );
  });
});

describe("scores that go on", () => {
  it("may be of a model and a corpus that have moved, and take held-out rows in", () => {
    const moved = {
      ...record,
      model: { ...record.model, path: "/elsewhere" },
      corpus: { ...record.corpus, manifest: "/elsewhere.json" },
      heldOut: true,
    };
    expect(() => checkSameScores(record, moved, folder)).not.toThrow();
  });

  it.each([
    [
      { model: { ...record.model, sha256: "b".repeat(64) } },
      "the model must stay as it was when the scoring began, aaaaaaaaaaaa with 2 heads of /runs/a/model, got bbbbbbbbbbbb with 2 heads of /runs/a/model",
    ],
    [{ model: { ...record.model, heads: 4 } }, "the model must stay as it was"],
    [
      { corpus: { ...record.corpus, fingerprint: "d".repeat(64) } },
      "the corpus must stay as it was when the scoring began, cccccccccccc of /data/manifest.json, got dddddddddddd of /data/manifest.json",
    ],
    [{ batchSize: 11 }, "the batch size must stay as it was when the scoring began, 10, got 11"],
    [
      { engine: { kind: "tfjs", backend: "cpu" } },
      "the engine must stay as it was when the scoring began, onnx cpu 1, got tfjs cpu",
    ],
  ] as const)("must otherwise be the same: %#", (change, message) => {
    expect(() => checkSameScores(record, { ...record, ...change }, folder)).toThrow(message);
  });
});
