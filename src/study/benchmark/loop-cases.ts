/** @file What is timed end to end: the run as a user gets it, with a trainer that computes nothing. */
import { join } from "node:path";

import type { Pipeline } from "../../config/schema.ts";
import type { Files } from "../../files.ts";
import { openRun } from "../../run.ts";
import type { OpenCases } from "./batch-cases.ts";
import { createNullTrainer } from "./null-trainer.ts";
import { type BenchmarkPlan, batchSize, rowBytes } from "./plan.ts";
import type { Case } from "./timing.ts";

type Kind = "uniform" | "importance";

/** Uniform draws with uniform weights, or draws by the last loss with linupper weights. */
const pipelineOf = (kind: Kind, manifest: string, plan: BenchmarkPlan): Pipeline => ({
  seed: "bench",
  steps: 1e9,
  corpus: { manifest, cacheBytes: plan.cacheBytes },
  sampler: { kind, windowBytes: plan.windowBytes },
  weighing: { strategy: kind === "uniform" ? "uniform" : "linupper" },
  training: { batchSize },
});

/** One run that goes on from timing to timing: its trainer holds it between two. Nothing is evaluated or saved, since the
 * trainer can do neither; draws, reads, weights, ledger and metrics.jsonl are a run's own. */
const openLoopCase = async (
  files: Files,
  dir: string,
  kind: Kind,
  manifest: string,
  plan: BenchmarkPlan,
): Promise<{ readonly one: Case; close(): Promise<void> }> => {
  const trainer = createNullTrainer();
  const run = await openRun(pipelineOf(kind, manifest, plan), { dir, trainer, files });
  let done = 0;
  let reached = (): void => undefined;
  run.steps$.subscribe({
    next({ step }) {
      done = step;
      if (done % plan.stepsPerRound === 0) reached();
    },
    // `start` rejects with the same error.
    error() {},
  });
  const outcome = run.start();
  outcome.catch(() => undefined);
  return {
    one: {
      name: `end to end, ${kind}`,
      unit: "draws",
      floor: "raw read",
      work: plan.stepsPerRound * batchSize,
      async prepare() {},
      async run() {
        const arrived = new Promise<void>((resolve) => {
          reached = resolve;
        });
        trainer.permit(plan.stepsPerRound);
        await Promise.race([arrived, outcome]);
      },
      bytesReadPerByteUsed: () => run.stages.corpus.bytesRead / (done * batchSize * rowBytes),
    },
    async close() {
      const stopped = run.stop();
      trainer.permit(1);
      await stopped;
    },
  };
};

/** Opens two runs in folders of their own; `close` ends them. */
export const openLoopCases = async (
  files: Files,
  folder: string,
  manifest: string,
  plan: BenchmarkPlan,
): Promise<OpenCases> => {
  const uniform = await openLoopCase(files, join(folder, "uniform"), "uniform", manifest, plan);
  const importance = await openLoopCase(files, join(folder, "importance"), "importance", manifest, plan);
  return {
    cases: [uniform.one, importance.one],
    async close() {
      await uniform.close();
      await importance.close();
    },
  };
};
