/** @file Drives an opened run from its first step to its summary: evaluations, checkpoints, pausing and stopping. */
import { type Observable, Subject, lastValueFrom, takeWhile, tap } from "rxjs";

import { type Checkpoint, listCheckpoints, writeCheckpoint } from "./checkpoint.ts";
import type { Config } from "./config/schema.ts";
import type { Files } from "./files.ts";
import { type Step, closedLoop } from "./loop.ts";
import { type Stages, readHeldOut } from "./open.ts";
import { type MetricsLine, openMetrics, placesOf } from "./run-folder.ts";
import type { SamplerState } from "./sampler/sampler.ts";
import { type Summary, createTally, summarise } from "./summary.ts";
import { type Evaluation, evaluate } from "./training/evaluation.ts";
import type { Trainer } from "./training/trainer.ts";

/** A run whose parts are open. */
export interface OpenedRun {
  readonly config: Config;
  readonly dir: string;
  readonly files: Files;
  readonly stages: Stages;
  readonly trainer: Trainer;
  readonly checkpoint: Checkpoint | undefined;
  /** Lines of metrics.jsonl up to the step it goes on after. */
  readonly metrics: readonly MetricsLine[];
  /** Gives everything back; called once. */
  close(): Promise<void>;
}

/** A run that can be set going. */
export interface Drive {
  /** Every step from `start` on; shared: a late subscriber sees later steps only, and unsubscribing only stops listening. */
  readonly steps$: Observable<Step>;
  /** Evaluations so far, oldest first. */
  readonly evaluations: readonly Evaluation[];
  /** Starts the steps; further calls do nothing.
   * @returns the summary, once the last step is done or the run was stopped, and all is written and closed */
  start(): Promise<Summary>;
  /** Holds the next step back; the one in flight ends. */
  pause(): void;
  unpause(): void;
  /** Ends the run: waits for the step in flight, for a checkpoint of it, and for everything to be closed.
   * @throws what the run failed with */
  stop(): Promise<void>;
}

/** Counts the seconds between `start` and `stop`, over a run's resumptions. */
const createStopwatch = (before: number): { start(): void; stop(): void; seconds(): number } => {
  let total = before;
  let since: number | undefined;
  return {
    start() {
      since = performance.now();
    },
    stop() {
      if (since !== undefined) total += (performance.now() - since) / 1000;
      since = undefined;
    },
    seconds: () => total,
  };
};

/** A gate that steps pass one by one, unless it is held. */
const createGate = (): { hold(): void; release(): void; pass(): Promise<void> } => {
  let open = (): void => undefined;
  let passing: Promise<void> | undefined;
  return {
    hold() {
      passing ??= new Promise((resolve) => {
        open = resolve;
      });
    },
    release() {
      open();
      passing = undefined;
    },
    pass: async () => passing,
  };
};

/** Sets up the drive of an opened run; nothing moves before its `start`. */
export const createDrive = (run: OpenedRun): Drive => {
  const { config, dir, files, stages, trainer, checkpoint } = run;
  const { corpus, ledger, sampler } = stages;
  const resumedAt = checkpoint?.step ?? 0;
  const evaluations: Evaluation[] = [...(checkpoint?.evaluations ?? [])];
  const steps$ = new Subject<Step>();
  const stopwatch = createStopwatch(checkpoint?.seconds ?? 0);
  const gate = createGate();
  let stopping = false;
  let outcome: Promise<Summary> | undefined;

  const work = async (): Promise<Summary> => {
    const metrics = await openMetrics(files, dir, run.metrics);
    const heldOut = trainer.score === undefined ? [] : await readHeldOut(corpus, config.evaluation.rows);
    let last = { step: resumedAt, sampler: sampler.state() };
    let written = checkpoint?.step;
    const tally = createTally();
    for (const line of run.metrics) if (!("heldOut" in line)) tally.add(line);

    const evaluateAt = async (step: number): Promise<void> => {
      if (trainer.score === undefined) return;
      const results = await evaluate(
        (tokens, rows) => trainer.score!(tokens, rows),
        heldOut,
        corpus.manifest,
      );
      evaluations.push({ step, heldOut: results });
      await metrics.add({ step, heldOut: results });
    };
    const writeCheckpointAt = async (step: number, state: SamplerState): Promise<void> => {
      if (trainer.save === undefined || written === step) return;
      await ledger.flush();
      const record = {
        step,
        corpus: corpus.manifest.fingerprint,
        ledger: ledger.position(),
        evaluations,
        seconds: stopwatch.seconds(),
        sampler: state,
      };
      await writeCheckpoint(files, placesOf(dir).checkpoints, record, config.checkpoint.retain, {
        trainer: (folder) => trainer.save!(folder),
        pages: (folder) => ledger.savePages(folder, step),
      });
      written = step;
    };
    /** Rows that neither `ledger.retainSteps` nor a checkpoint needs any more go. */
    const dropOldRows = async (): Promise<void> => {
      const [oldest = null] = await listCheckpoints(files, placesOf(dir).checkpoints);
      ledger.dropOld(oldest);
    };
    const settle = async ({ step, metrics: line, sampler: state }: Step): Promise<void> => {
      stopwatch.stop();
      const isLast = step === config.steps;
      tally.add(line);
      await metrics.add({ step, ...line });
      if (isLast || step % config.evaluation.everySteps === 0) await evaluateAt(step);
      if (isLast || step % config.checkpoint.everySteps === 0) {
        await writeCheckpointAt(step, state);
        await dropOldRows();
      }
      last = { step, sampler: state };
      await gate.pass();
      stopwatch.start();
    };

    try {
      if (checkpoint === undefined) await evaluateAt(0);
      await writeCheckpointAt(resumedAt, last.sampler);
      stopwatch.start();
      const driven$ = closedLoop(stages, trainer, config, [resumedAt + 1, config.steps], settle).pipe(
        tap((step) => steps$.next(step)),
        takeWhile(() => !stopping, true),
      );
      await lastValueFrom(driven$, { defaultValue: undefined });
      stopwatch.stop();
      await writeCheckpointAt(last.step, last.sampler);
      await ledger.flush();
      await ledger.applyThrough(last.step);
      const summary = summarise(run, evaluations, tally.total(), last.step, stopwatch.seconds());
      await files.publish(placesOf(dir).summary, `${JSON.stringify(summary, null, 2)}\n`);
      return summary;
    } finally {
      await metrics.close();
    }
  };

  const workAndClose = async (): Promise<Summary> => {
    const summary = await work().catch(async (error: unknown) => {
      // A disk that refused to write may refuse to close as well; the user must hear of the first.
      await run.close().catch(() => undefined);
      throw error;
    });
    await run.close();
    return summary;
  };
  const begin = async (): Promise<Summary> => {
    try {
      const summary = await workAndClose();
      steps$.complete();
      return summary;
    } catch (error) {
      steps$.error(error);
      throw error;
    }
  };

  return {
    steps$: steps$.asObservable(),
    evaluations,
    start: () => (outcome ??= begin()),
    pause: () => gate.hold(),
    unpause: () => gate.release(),
    async stop() {
      stopping = true;
      gate.release();
      await (outcome ?? run.close());
    },
  };
};
