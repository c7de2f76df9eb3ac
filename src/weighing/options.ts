/** @file The `weighing` part of a pipeline file. */
import { z } from "zod";

import type { LengthMode } from "./length-modes.ts";
import type { R, RSchedule } from "./r-schedule.ts";
import { type StrategyName, type StrategyParameters, strategyNames } from "./strategies.ts";

/** What divides the weights: `batch` their sum, `expected` nothing. */
export type Normalise = "batch" | "expected";

/** How losses become weights; a checked configuration. */
export interface WeighingOptions extends StrategyParameters {
  readonly r: R;
  readonly schedule: RSchedule;
  readonly beta: number;
  readonly normalise: Normalise;
  readonly lengthMode: LengthMode;
  /** Largest M·q of a row, ≥ 1; null for none. */
  readonly maxWeight: number | null;
  /** [low, high] quantiles of the losses that become −δ and δ; null for the smallest and the largest. */
  readonly quantiles: readonly [number, number] | null;
  readonly nonFinite: "error" | "mask";
}

type Hold = { readonly steps: number; readonly stepBase?: 0 | 1 | undefined };
type Move = { readonly steps: number; readonly from?: R | undefined };

/** A schedule as a user writes it. */
type RScheduleInput =
  | { readonly kind: "constant" }
  | ({ readonly kind: "burnIn" } & Hold)
  | ({ readonly kind: "holdThenDrop" } & Hold & Move)
  | ({ readonly kind: "linear" } & Move)
  | ({ readonly kind: "cosine" } & Move);

/** Weighing as a user writes it: defaults may be left out. */
export type WeighingInput = {
  readonly [Key in Exclude<keyof WeighingOptions, "schedule">]?: WeighingOptions[Key] | undefined;
} & { readonly schedule?: RScheduleInput | undefined };

/** What published code calls a strategy, and which of ours it means there. */
const foreignNames: Readonly<Record<string, string>> = {
  upper: "upper is upperAffine in the GPT-2 code and linupper in its LLaMA branch",
  mid: "mid is quadratic here",
  upper_affine: "it is spelt upperAffine here",
  raw_dro: "it is spelt rawDro here",
};

const strategyRule = (given: unknown): string => {
  const names = `one of ${strategyNames.join(", ")}`;
  const meant = typeof given === "string" ? foreignNames[given] : undefined;
  return `${names} (${meant ?? "uniform is 1/M each; identity is what the paper's code calls uniform"})`;
};

const strategy: z.ZodType<StrategyName, StrategyName | undefined> = z
  .enum(strategyNames, { error: (issue) => strategyRule(issue.input) })
  .default("uniform")
  .describe(
    "What a batch's losses prefer. uniform: 1/M each; linupper: low losses down, flat above the middle of their range; " +
      "quadratic: the middle up; extremes: both ends up; upperAffine: rising with the loss; identity: the same over twice the range; rawDro: softmax of the loss itself.",
  );

const r = (description: string): z.ZodType<R, R> =>
  z
    .union([z.number().positive(), z.literal("infinite")], { error: () => "a number > 0 or infinite" })
    .describe(description);

const steps = (description: string): z.ZodType<number, number> => z.int().min(1).describe(description);

const stepBase: z.ZodType<0 | 1, 0 | 1 | undefined> = z
  .union([z.literal(0), z.literal(1)], { error: () => "0 or 1" })
  .default(0)
  .describe("0: held for exactly `steps` steps; 1: for one less, as code does that counts from 1.");

const schedule: z.ZodType<RSchedule, RScheduleInput | undefined> = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("constant").describe("r from the first step.") }),
    z.strictObject({
      kind: z.literal("burnIn").describe("Equal weights first, then r."),
      steps: steps("Steps of equal weights."),
      stepBase,
    }),
    z.strictObject({
      kind: z.literal("holdThenDrop").describe("A large r first, then r."),
      steps: steps("Steps at `from`."),
      from: r("r while held.").default(100),
      stepBase,
    }),
    ...(["linear", "cosine"] as const).map((kind) =>
      z.strictObject({
        kind: z
          .literal(kind)
          .describe("1/r moves from 1/from to 1/r, in a straight line or along half a cosine wave."),
        steps: steps("Steps until r is reached."),
        from: r("Where 1/r starts; infinite: equal weights.").default("infinite"),
      }),
    ),
  ])
  .default({ kind: "constant" })
  .describe("How r reaches its value.");

const quantile = z.number().min(0).max(1);

const quantiles: z.ZodType<readonly [number, number] | null, readonly [number, number] | null | undefined> = z
  .tuple([quantile, quantile])
  .refine(([low, high]) => low < high, { error: "two quantiles, the lower one first" })
  .nullable()
  .default(null)
  .describe(
    "Quantiles of the batch's losses that bound its range, e.g. [0.05, 0.95], against outliers; null: smallest and largest.",
  );

/** Schema of the `weighing` key. */
export const weighingOptions: z.ZodType<WeighingOptions, WeighingInput> = z
  .strictObject({
    strategy,
    r: r("Softmax temperature of the scores: small prefers strongly, infinite not at all.").default(1),
    schedule,
    beta: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe(
        "Exponent of the correction (base / probability)^beta for draws that were not uniform; 0: none, 1: full.",
      ),
    normalise: z
      .enum(["batch", "expected"])
      .default("batch")
      .describe(
        "batch: weights sum to 1 (bias O(1/M)); expected: only in expectation (unbiased at beta 1 under uniform).",
      ),
    delta: z.number().positive().default(1).describe("Losses of a batch are scaled to [-delta, delta]."),
    capAlpha: z
      .number()
      .positive()
      .max(2)
      .default(1)
      .describe("linupper's cap as a multiple of delta; 1 is the published form, others are experimental."),
    epsRange: z
      .number()
      .positive()
      .default(1e-6)
      .describe("Range of losses, in nats, below which they are not stretched to the full scale."),
    lengthMode: z
      .enum(["none", "gpt2Local", "global"])
      .default("none")
      .describe(
        "How rows of fewer targets count: none: as the others; global: by targets; gpt2Local: by targets within each rank, as the published GPT-2 code does.",
      ),
    maxWeight: z
      .number()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        "Largest strategy weight as a multiple of 1/M, e.g. 2; what is cut off goes to the others in proportion. null: no cap.",
      ),
    quantiles,
    nonFinite: z
      .enum(["error", "mask"])
      .default("error")
      .describe("A loss that is not a number: stop, or give the row weight 0."),
  })
  .describe("How the losses of a step become the weights of its gradient.");
