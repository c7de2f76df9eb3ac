/** @file The `sampler` part of a pipeline file: keys, bounds, defaults. */
import { z } from "zod";

/** Domain name → weight ≥ 0; only proportions matter. */
export type MixtureWeights = Readonly<Record<string, number>>;

/** Weights from one step on, until the next such change. */
export interface MixtureStage {
  /** From 1. */
  readonly fromStep: number;
  readonly weights: MixtureWeights;
}

/** Checked options of the sampler; the schema says what each means. */
export interface SamplerOptions {
  readonly kind: "uniform" | "importance";
  readonly lag: number;
  readonly windowBytes: number;
  readonly score: "lastLoss" | "emaLoss";
  readonly power: number;
  readonly epsilon: number;
  readonly keep?: number | undefined;
  readonly mixture?: MixtureWeights | readonly MixtureStage[] | undefined;
}

const weights = z
  .record(z.string().min(1), z.number().min(0))
  .describe("Domain name → weight, in any unit; only proportions matter. A domain left out is not drawn.");

const stage = z.strictObject({
  fromStep: z.int().min(1).describe("First step of these weights; the first stage's is 1."),
  weights,
});

/** What a pipeline file may hold: any key may be left out. */
type Unchecked = { [Key in keyof SamplerOptions]?: SamplerOptions[Key] | undefined };

/** Schema of `sampler`. */
export const samplerOptions: z.ZodType<SamplerOptions, Unchecked> = z
  .strictObject({
    kind: z
      .enum(["uniform", "importance"])
      .default("uniform")
      .describe(
        "uniform: every row of a window alike. importance: rows in proportion to scores from the ledger.",
      ),
    lag: z
      .int()
      .min(0)
      .max(64)
      .default(1)
      .describe(
        "A window opened by step t is scored from the losses of steps before t − lag; 1 hides assembly behind a step.",
      ),
    windowBytes: z
      .int()
      .min(1)
      .default(256 * 2 ** 20)
      .describe("Bytes of blocks open at once, per domain; at most a quarter of the domain's blocks are."),
    score: z
      .enum(["lastLoss", "emaLoss"])
      .default("lastLoss")
      .describe("Ledger statistic that scores a row; for importance."),
    power: z
      .number()
      .min(0)
      .max(8)
      .default(1)
      .describe(
        "Exponent of the statistic: 0 scores all alike, larger prefers hard rows more; for importance.",
      ),
    epsilon: z
      .number()
      .min(0)
      .max(1)
      .refine((epsilon) => epsilon === 0 || epsilon >= 1e-12, "must be 0 or at least 1e-12")
      .default(0.2)
      .describe("Share of the probability that ignores scores, so that no row is forgotten; for importance."),
    keep: z
      .number()
      .min(0.001)
      .max(1)
      .optional()
      .describe(
        "Share of a window's rows that a pass trains on; 1 for uniform and 0.5 for importance when left out.",
      ),
    mixture: z
      .union([weights, z.array(stage).min(1)])
      .optional()
      .describe(
        "Share of each domain in every batch: weights, or stages of them; in proportion to the domains' rows when left out.",
      ),
  })
  .describe("Which instance next.");

/** The share of a window that is taken, its default filled in. */
export const keepOf = (options: SamplerOptions): number =>
  options.keep ?? (options.kind === "uniform" ? 1 : 0.5);
