/** @file Runs that were recorded with a scripted trainer, whole or with detours, and ways to look at them again. */
import { join } from "node:path";

import type { Pipeline } from "../../src/config/schema.ts";
import type { Observations } from "../../src/ledger/log/observations.ts";
import { type Run, openRun } from "../../src/run.ts";
import { type RecordedRun, openRecordedRun } from "../../src/study/replay/recorded-run.ts";
import { type Proof, type VerifyOptions, verifyRun } from "../../src/study/replay/verify.ts";
import { quickFiles } from "./ledger-on-disk.ts";
import { type ScriptedTrainer, createScriptedTrainer } from "./scripted-trainer.ts";

/** Losses that fall with visits and differ from row to row. */
export const scriptedLoss = (shard: number, row: number, visit: number): number =>
  0.5 + (((shard * 5 + row * 3) % 13) + 1) / (3 + visit);

export const scriptedTrainer = (): ScriptedTrainer => createScriptedTrainer(scriptedLoss);

/** What is usual: importance sampling over several passes of the small corpus, linupper, a checkpoint every 10 steps. */
export const pipelineOver = (manifest: string, changes: Partial<Pipeline> = {}): Pipeline => ({
  seed: "replay",
  steps: 60,
  corpus: { manifest },
  training: { batchSize: 4 },
  sampler: { kind: "importance", keep: 0.5 },
  weighing: { strategy: "linupper" },
  evaluation: { everySteps: 1000, rows: 2 },
  checkpoint: { everySteps: 10, retain: 100 },
  ...changes,
});

/** Records a run from its start to its end.
 * @param before called with the open run before its first step */
export const record = async (dir: string, pipeline: Pipeline, before?: (run: Run) => void): Promise<void> => {
  const run = await openRun(pipeline, { dir, trainer: scriptedTrainer(), files: quickFiles });
  before?.(run);
  await run.start();
};

/** Goes back to a checkpoint of a recorded run and on to `steps`. */
export const rollBack = async (dir: string, from: number, steps: number): Promise<void> => {
  const overrides = [`steps=${steps}`];
  const run = await openRun(undefined, {
    dir,
    from,
    overrides,
    trainer: scriptedTrainer(),
    files: quickFiles,
  });
  await run.start();
};

/** Opens a recorded run for reading. */
export const reopen = (dir: string, options?: Parameters<typeof openRecordedRun>[2]): Promise<RecordedRun> =>
  openRecordedRun(quickFiles, dir, options);

/** Verifies a recorded run. */
export const verify = async (
  dir: string,
  options: Partial<VerifyOptions> & { readonly branch?: number; readonly corpus?: string } = {},
): Promise<Proof> =>
  verifyRun(await reopen(dir, options), {
    files: quickFiles,
    scratchPath: join(dir, "..", "replay.scratch"),
    tokens: true,
    ...options,
  });

/** Steps of a run's branch as copies. */
export const observationsOf = async ({ ledger }: RecordedRun): Promise<Observations[]> => {
  const steps: Observations[] = [];
  for await (const step of ledger.observations()) steps.push(structuredClone(step));
  return steps;
};
