/** @file Runs a grid over a pipeline, one run after another, and says of each how far it came. */
import { join } from "node:path";

import { readConfig } from "../../config/config.ts";
import type { Config } from "../../config/schema.ts";
import { EngineError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { type Run, checkPair, openRun } from "../../run.ts";
import { type ComparedRun, type StepRecord, describeRun } from "./compared-run.ts";
import { type VariedKey, gridOf } from "./grid.ts";

/** How far a comparison is. */
export interface ComparisonProgress {
  /** The run under way, from 1, of `runs`. */
  readonly run: number;
  readonly runs: number;
  /** Its overrides, `key.path=value` each. */
  readonly point: readonly string[];
  readonly step: number;
  readonly steps: number;
  /** Mean loss of its last batch, nats. */
  readonly loss: number;
  /** For all runs, from the rate so far. */
  readonly secondsLeft: number;
}

/** What to compare, and where. */
export interface ComparisonOptions {
  /** Path of the pipeline file. */
  readonly pipeline: string;
  readonly varied: readonly VariedKey[];
  /** `key.path=value` each, for all runs. */
  readonly overrides?: readonly string[];
  /** Held-out loss whose first step is looked for, nats. */
  readonly target?: number | undefined;
  /** Where run folders are made. */
  readonly folder: string;
  /** Whether they stay. */
  readonly keep: boolean;
  readonly files: Files;
  /** Ends the run under way cleanly, and with it the comparison; that run is not reported. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: ComparisonProgress) => void;
}

/** A combination, checked. */
interface Point {
  readonly overrides: readonly string[];
  readonly config: Config;
}

const valueAt = (config: Config, keyPath: string): unknown =>
  keyPath
    .split(".")
    .reduce<unknown>(
      (at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined),
      config,
    );

/** Runs to the end. @returns whether losses or gradient stopped being finite: a result here, not a failure */
const divergedIn = async (run: Run): Promise<boolean> => {
  try {
    await run.start();
    return false;
  } catch (error) {
    if (error instanceof EngineError && error.facts.step !== undefined) return true;
    throw error;
  }
};

/** Every combination of the varied keys, run in turn. All are checked before the first starts.
 * @throws {ConfigError} for a combination that is no pipeline; else as a run does, except that a loss or gradient that is no
 *   number counts as divergence */
export const compareRuns = async function* (
  options: ComparisonOptions,
): AsyncGenerator<ComparedRun, void, undefined> {
  const { pipeline, varied, target, folder, keep, files, signal, onProgress } = options;
  const points: Point[] = [];
  for (const point of gridOf(varied)) {
    const overrides = [...(options.overrides ?? []), ...point];
    const config = await readConfig(files, pipeline, overrides);
    checkPair(config);
    points.push({ overrides: point, config });
  }
  let started: number | undefined;
  let stepsLeft = points.reduce((sum, { config }) => sum + config.steps, 0);
  let stepsDone = 0;

  for (const [index, { overrides: point, config }] of points.entries()) {
    if (signal?.aborted) return;
    const dir = join(folder, `run-${index + 1}`);
    const records: StepRecord[] = [];
    try {
      const run = await openRun(pipeline, {
        dir,
        overrides: [...(options.overrides ?? []), ...point],
        files,
      });
      const stop = (): void => {
        run.stop().catch(() => undefined);
      };
      signal?.addEventListener("abort", stop, { once: true });
      run.steps$.subscribe({
        next: ({ step, metrics }) => {
          records.push(metrics);
          started ??= performance.now();
          stepsLeft--;
          const secondsLeft = ((performance.now() - started) / 1000 / stepsDone++) * stepsLeft;
          const { steps } = config;
          const runs = points.length;
          onProgress?.({ run: index + 1, runs, point, step, steps, loss: metrics["loss"]!, secondsLeft });
        },
        error: () => undefined,
      });
      const diverged = await divergedIn(run);
      signal?.removeEventListener("abort", stop);
      if (signal?.aborted) return;
      stepsLeft -= config.steps - records.length;
      const described = describeRun(records, run.evaluations, target);
      yield {
        varied: Object.fromEntries(varied.map(({ keyPath }) => [keyPath, valueAt(config, keyPath)])),
        ...described,
        diverged,
        ...(diverged && { heldOutLoss: null }),
        bestRate: null,
      };
    } finally {
      if (!keep) await files.remove(dir);
    }
  }
};
