/** A disk that fills up while a run goes on: it stops, says so, and nothing that was acknowledged is lost. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

import type { Pipeline } from "../src/config/schema.ts";
import { StorageError, exitCodeOf } from "../src/errors.ts";
import { type Disk, nodeDisk } from "../src/disk.ts";
import { createFiles } from "../src/files.ts";
import { openLedgerReader } from "../src/ledger/reader.ts";
import { openRun } from "../src/run.ts";
import { createFailingDisk } from "./support/failing-disk.ts";
import { type RunContent, readRunContent } from "./support/run-content.ts";
import { type ScriptedTrainer, createScriptedTrainer } from "./support/scripted-trainer.ts";
import { writeSmallCorpus } from "./support/small-corpus.ts";

let folder: string;
let manifest: string;
let whole: RunContent;
let runs = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-full-"));
  ({ manifestPath: manifest } = await writeSmallCorpus(join(folder, "corpus")));
  const dir = join(folder, "whole");
  await (await openRun(pipeline(), { dir, trainer: trainerOf() })).start();
  whole = await readRunContent(dir);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const maxUncommittedSteps = 4;
const pipeline = (): Pipeline => ({
  seed: "full",
  steps: 40,
  corpus: { manifest },
  training: { batchSize: 4 },
  sampler: { kind: "importance", keep: 0.5 },
  weighing: { strategy: "linupper" },
  ledger: { maxUncommittedSteps },
  checkpoint: { everySteps: 10 },
});
const trainerOf = (): ScriptedTrainer =>
  createScriptedTrainer((shard, row, visit) => 1 + ((shard * 5 + row * 3 + visit) % 13) / 4);

/** A disk that is full from the nth write below `place` on, and stays so; a part of that write is on it. */
const fullDisk = (place: string, at: number): Disk => {
  const full = createFailingDisk({ at, of: ["write", "sync"], lasts: "forever", tornShare: 0.5 });
  return {
    ...nodeDisk,
    openFile: (path, mode) => (path.includes(place) ? full : nodeDisk).openFile(path, mode),
  };
};

/** Commits gather in groups of at most `maxUncommittedSteps`, so 40 steps make at least 10 writes of each file. */
it.each([
  ["a commit", "/ledger/segment-", 1],
  ["a commit", "/ledger/segment-", 9],
  ["a commit", "/ledger/segment-", 5],
  ["a commit's journal line", "/ledger/journal", 2],
  ["a commit's journal line", "/ledger/journal", 8],
  ["a checkpoint", "/checkpoints/", 3],
  ["a checkpoint", "/checkpoints/", 24],
])(
  "full at %s (%s, write %i): the run stops with exit 6, and goes on as if nothing had been",
  async (_what, place, at) => {
    const dir = join(folder, `run-${++runs}`);
    const trainer = trainerOf();
    const run = await openRun(pipeline(), { dir, trainer, files: createFiles(fullDisk(place, at)) });
    const error: unknown = await run.start().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/^cannot (write|sync) .* \(.*, (write|sync), ENOSPC\)$/),
      hint: "free some space and resume; everything acknowledged so far is safe",
    });
    expect(exitCodeOf(error)).toBe(6);
    const acknowledged = run.stages.ledger.durableStep;
    expect(acknowledged).toBeLessThan(40);
    expect(trainer.seen.length).toBeLessThanOrEqual(acknowledged + maxUncommittedSteps + 1);

    const survived = await openLedgerReader(createFiles(), join(dir, "ledger"));
    expect(survived.lastStep).toBeGreaterThanOrEqual(acknowledged);

    const resumed = await openRun(undefined, { dir, from: "latest", trainer: trainerOf() });
    expect(resumed.resumedAt).toBeLessThanOrEqual(acknowledged);
    await resumed.start();
    expect(await readRunContent(dir)).toEqual(whole);
  },
);
