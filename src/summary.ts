/** @file What a run came to: the content of summary.json. */
import { z } from "zod";

import type { Config } from "./config/schema.ts";
import { ConfigError } from "./errors.ts";
import type { Files } from "./files.ts";
import type { Stages } from "./open.ts";
import { keepOf } from "./sampler/options.ts";
import type { Evaluation, HeldOutResult } from "./training/evaluation.ts";
import type { Trainer } from "./training/trainer.ts";
import { versions } from "./versions.ts";

/** Content of summary.json. */
export interface Summary {
  /** Steps done, of `plannedSteps`. */
  readonly steps: number;
  readonly plannedSteps: number;
  /** Tokens trained on, all resumptions counted. */
  readonly tokens: number;
  /** Seconds of training: evaluations and checkpoints aside, all resumptions counted. */
  readonly seconds: number;
  readonly tokensPerSecond: number;
  /** First and last evaluation, by domain name; empty for a trainer that cannot score. */
  readonly heldOut: Readonly<Record<string, { readonly first: HeldOutResult; readonly last: HeldOutResult }>>;
  /** Steps of those two evaluations; null without any. */
  readonly evaluatedAt: { readonly first: number; readonly last: number } | null;
  /** Share of the draws that each domain should have had, and had. */
  readonly realisedShares: Readonly<
    Record<string, { readonly requested: number; readonly realised: number }>
  >;
  /** Passes over each domain's windows, fractions included: 2.5 is in the middle of the third. */
  readonly passes: Readonly<Record<string, number>>;
  /** What weights did over all steps: means, and the largest M·w_max. */
  readonly weighing: WeighingTally;
  /** Share of the training instances with at least one loss. */
  readonly coverage: number;
  /** Observations in the live log, and instances with at least one loss. */
  readonly ledger: { readonly observations: number; readonly instances: number; readonly bytes: number };
  readonly engine: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** The weighing of a run in numbers; see `WeighingDiagnostics` for what each means. */
export interface WeighingTally {
  readonly ess: number;
  readonly maxWeightTimesSize: number;
  readonly gamma: number;
  readonly rho: number;
}

/** Tallies the records of steps as they come. */
export const createTally = (): {
  add(metrics: Readonly<Record<string, unknown>>): void;
  total(): WeighingTally;
} => {
  let steps = 0;
  const sums = { ess: 0, gamma: 0, rho: 0 };
  let largest = 0;
  const numberOf = (value: unknown): number => (typeof value === "number" ? value : Number.NaN);
  return {
    add(metrics) {
      steps++;
      for (const key of ["ess", "gamma", "rho"] as const) sums[key] += numberOf(metrics[key]);
      largest = Math.max(largest, numberOf(metrics["maxWeightTimesSize"]));
    },
    total: () => ({
      ess: sums.ess / steps,
      gamma: sums.gamma / steps,
      rho: sums.rho / steps,
      maxWeightTimesSize: largest,
    }),
  };
};

/** First and last evaluation side by side. */
export const heldOutOf = (evaluations: readonly Evaluation[]): Summary["heldOut"] => {
  const first = evaluations[0];
  const last = evaluations.at(-1);
  if (first === undefined || last === undefined) return {};
  return Object.fromEntries(
    Object.keys(last.heldOut).map((domain) => [
      domain,
      { first: first.heldOut[domain]!, last: last.heldOut[domain]! },
    ]),
  );
};

/** Mean over domains, each counting the same. */
export const meanOver = (summary: Summary, of: (domain: Summary["heldOut"][string]) => number): number => {
  const domains = Object.values(summary.heldOut);
  return domains.reduce((sum, domain) => sum + of(domain), 0) / domains.length;
};

/** The summary of a run that did `steps` steps in `seconds`. */
export const summarise = (
  {
    config,
    stages,
    trainer,
  }: { readonly config: Config; readonly stages: Stages; readonly trainer: Trainer },
  evaluations: readonly Evaluation[],
  weighing: WeighingTally,
  steps: number,
  seconds: number,
): Summary => {
  const { corpus, sampler, ledger } = stages;
  const tokens = steps * config.training.batchSize * corpus.manifest.seqLen;
  const shares = sampler.shares();
  const sum = (of: "requested" | "realised"): number => shares.reduce((total, share) => total + share[of], 0);
  return {
    steps,
    plannedSteps: config.steps,
    tokens,
    seconds,
    tokensPerSecond: tokens / seconds,
    heldOut: heldOutOf(evaluations),
    evaluatedAt:
      evaluations.length === 0 ? null : { first: evaluations[0]!.step, last: evaluations.at(-1)!.step },
    realisedShares: Object.fromEntries(
      shares.map(({ name, requested, realised }) => [
        name,
        { requested: requested / sum("requested"), realised: realised / sum("realised") },
      ]),
    ),
    passes: Object.fromEntries(
      shares.map(({ name, pass, drawnInPass, rows }) => [
        name,
        pass + drawnInPass / (rows * keepOf(config.sampler)),
      ]),
    ),
    weighing,
    coverage: ledger.totals.instances / shares.reduce((total, { rows }) => total + rows, 0),
    ledger: ledger.totals,
    engine: trainer.name ?? "own trainer",
    versions: versions(),
  };
};

const written = z.looseObject({ steps: z.int(), plannedSteps: z.int(), heldOut: z.looseObject({}) });

/** The summary that a run left; undefined while there is none.
 * @throws {ConfigError} when the file is no summary */
export const readSummary = async (files: Files, path: string): Promise<Summary | undefined> => {
  if (!(await files.exists(path))) return undefined;
  const found = z
    .custom<Summary>((value) => written.safeParse(value).success)
    .safeParse(parse(await files.readText(path)));
  if (found.success) return found.data;
  throw new ConfigError("the run's summary cannot be read", {
    path,
    hint: "remove it: the run's other files do without",
  });
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
