/** @file Which engines this machine has, whether they compute rightly, and how fast. */
import { CounterweightError, EngineError } from "../../errors.ts";
import { type WorkerLink, openWorkerLink } from "../../training/worker-link.ts";
import type { Candidate } from "./candidates.ts";
import type { BenchSize, EngineProbe } from "./engine-probe.ts";

/** What is to be found out beside what is there. */
export interface SurveyOptions {
  /** Whether gradients are checked. */
  readonly check: boolean;
  /** Sizes to time a step at, the smallest first. */
  readonly sizes: readonly BenchSize[];
  /** Milliseconds to time one size for. */
  readonly budgetMs: number;
  /** Milliseconds after which a size is given up. */
  readonly limitMs: number;
}

/** What was found out about one engine. */
export interface EngineFindings {
  readonly candidate: Candidate;
  /** Its own words and its package's version; null when it cannot be had. */
  readonly found: { readonly name: string; readonly version: string } | null;
  /** Why it cannot be had, or what went wrong later, and what mends it. */
  readonly problem: { readonly message: string; readonly hint?: string } | null;
  /** {@link EngineProbe.check}; null when not asked for. */
  readonly gradientError: number | null;
  /** Milliseconds a step, one for each size; null where `limitMs` was not enough. */
  readonly stepMs: readonly (number | null)[];
}

/** Gradients that differ by more than this from their finite differences are wrong; float32 alone gives a tenth of it. */
export const gradientTolerance = 3e-3;

type Link = Pick<WorkerLink<EngineProbe>, "call" | "close">;

const openProbe = ({ options }: Candidate): Link =>
  openWorkerLink<EngineProbe>(new URL("./probe-worker.js", import.meta.url), options);

const within = async <Result>(promise: Promise<Result>, limitMs: number): Promise<Result | null> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), limitMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

/**
 * Asks one engine after the other, each in a thread of its own.
 * @param open a test's own way to a probe, else a worker thread
 * @returns findings as they come; an engine that cannot be had or fails is a finding, not an error
 */
export const surveyEngines = async function* (
  candidates: readonly Candidate[],
  { check, sizes, budgetMs, limitMs }: SurveyOptions,
  open: (candidate: Candidate) => Link = openProbe,
): AsyncGenerator<EngineFindings> {
  for (const candidate of candidates) {
    let findings: EngineFindings = { candidate, found: null, problem: null, gradientError: null, stepMs: [] };
    const link = open(candidate);
    try {
      findings = { ...findings, found: await link.call("describe") };
      if (check) {
        const gradientError = await link.call("check");
        findings = { ...findings, gradientError };
        if (!(gradientError <= gradientTolerance))
          throw new EngineError(
            `gradients must be within ${gradientTolerance} of their finite differences, got ${gradientError}`,
          );
      }
      let late = false;
      for (const size of sizes) {
        // A larger size would be late too.
        const ms: number | null = late ? null : await within(link.call("timeStep", size, budgetMs), limitMs);
        late ||= ms === null;
        findings = { ...findings, stepMs: [...findings.stepMs, ms] };
      }
    } catch (error) {
      findings = { ...findings, problem: problemOf(error) };
    } finally {
      await link.close();
    }
    yield findings;
  }
};

const problemOf = (error: unknown): { message: string; hint?: string } => ({
  message: error instanceof Error ? error.message : String(error),
  ...(error instanceof CounterweightError && error.hint !== undefined && { hint: error.hint }),
});
