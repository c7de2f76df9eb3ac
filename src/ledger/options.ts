/** @file The `ledger` part of a pipeline file. */
import { z } from "zod";

const mebibyte = 2 ** 20;

/** How losses are kept. */
export interface LedgerOptions {
  /** Share of a new loss in emaLoss, in (0, 1]. */
  readonly emaAlpha: number;
  /** Steps that may wait for the disk, ≥ 1. */
  readonly maxUncommittedSteps: number;
  /** Memory for pages. */
  readonly cacheBytes: number;
  /** Steps whose rows are kept in the log, ≥ 1; null for all. */
  readonly retainSteps: number | null;
  /** Folder of the run or scores whose losses ours are compared with; null for none. */
  readonly reference: string | null;
}

/** The same as a user writes it: defaults may be left out. */
export type LedgerInput = { readonly [Key in keyof LedgerOptions]?: LedgerOptions[Key] | undefined };

/** Schema of the `ledger` part. */
export const ledgerOptions: z.ZodType<LedgerOptions, LedgerInput> = z
  .strictObject({
    emaAlpha: z
      .number()
      .gt(0)
      .max(1)
      .default(0.3)
      .describe("Share of a new loss in emaLoss: ema += emaAlpha (loss - ema)."),
    maxUncommittedSteps: z
      .int()
      .min(1)
      .max(65_536)
      .default(64)
      .describe("Steps that may wait for the disk before a commit waits too.")
      .meta({ changesOnResume: true }),
    cacheBytes: z
      .int()
      .min(mebibyte)
      .default(256 * mebibyte)
      .describe("Bytes of per-instance pages kept in memory; the others lie in a scratch file.")
      .meta({ changesOnResume: true }),
    retainSteps: z
      .int()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        "Steps whose rows stay in the log; older segments are dropped at checkpoints, and cannot be read or replayed any more. null keeps all.",
      )
      .meta({ changesOnResume: true }),
    reference: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        "Folder of another run over the same corpus, or of what `counterweight score` wrote: importance then scores a row by its excess loss, max(0, sampler.score − the reference's last loss). Relative to the pipeline file; null scores the loss itself.",
      ),
  })
  .describe("What every instance has cost: a durable log, and the state that follows from it.");
