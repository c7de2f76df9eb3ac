/** @file The `ledger` part of a pipeline file. */
import { z } from "zod";

const mebibyte = 2 ** 20;

/** Schema of `ledger`; every default of it is declared here. */
export const ledgerOptions: z.ZodType<LedgerOptions, Partial<LedgerOptions>> = z
  .strictObject({
    emaAlpha: z
      .number()
      .gt(0)
      .max(1)
      .default(0.3)
      .describe("Share of a new loss in emaLoss: ema += emaAlpha (loss - ema). In (0, 1], fixed for a run."),
    nonFinite: z
      .enum(["error", "mask"])
      .default("error")
      .describe(
        "A loss that is no finite number: stop before the step is committed, or log it with weight 0.",
      ),
    maxUncommittedSteps: z.int().min(1).max(65_536).default(64).meta({
      description: "Steps that may wait for the disk before a commit waits too.",
      changesOnResume: true,
    }),
    cacheBytes: z
      .int()
      .min(mebibyte)
      .default(256 * mebibyte)
      .meta({
        description: "Memory for pages of per-instance losses; the rest lies in a scratch file.",
        changesOnResume: true,
      }),
  })
  .describe("What every instance has cost: a durable log and what follows from it.");

/** How losses are kept. */
export interface LedgerOptions {
  /** In (0, 1]. */
  readonly emaAlpha: number;
  readonly nonFinite: "error" | "mask";
  /** Steps, ≥ 1. */
  readonly maxUncommittedSteps: number;
  readonly cacheBytes: number;
}
