/** @file Scores of a published model over a small corpus: how they are made, and what lies in them. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Observations } from "../../src/ledger/log/observations.ts";
import { openLedgerReader } from "../../src/ledger/reader.ts";
import { type ScoreOptions, type ScoreProgress, scoreCorpus } from "../../src/study/score/score.ts";
import { quickFiles } from "./ledger-on-disk.ts";
import { writeSmallCorpus } from "./small-corpus.ts";

/** A GPT-2 as transformers wrote it: 61 tokens, context 24. */
export const publishedModel: string = fileURLToPath(new URL("../fixtures/published-gpt2", import.meta.url));

/** Writes a corpus that {@link publishedModel} can read: 64 training rows and 12 held-out ones of 16 tokens.
 * @returns the manifest's path */
export const writeReadableCorpus = async (folder: string): Promise<string> =>
  (await writeSmallCorpus(folder, { seqLen: 16, vocabSize: 61 })).manifestPath;

/** Scores the corpus in `folder`/corpus into `folder`/`name`, ten rows at once. */
export const scoreInto = (
  folder: string,
  name: string,
  more: Partial<ScoreOptions> = {},
): Promise<ScoreProgress> =>
  scoreCorpus({
    files: quickFiles,
    model: publishedModel,
    manifest: join(folder, "corpus/manifest.json"),
    out: join(folder, name),
    batchSize: 10,
    engine: { kind: "onnx", backend: "cpu", threads: 1 },
    heldOut: false,
    ...more,
  });

/** Ends the scoring once this many rows are done. */
export const stopAt = (rows: number): Pick<ScoreOptions, "signal" | "onProgress"> => {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onProgress: ({ done }) => {
      if (done >= rows) controller.abort();
    },
  };
};

/** Steps of a folder's ledger as copies. */
export const stepsIn = async (folder: string): Promise<Observations[]> => {
  const steps: Observations[] = [];
  const reader = await openLedgerReader(quickFiles, join(folder, "ledger"));
  for await (const step of reader.observations()) steps.push(structuredClone(step));
  return steps;
};
