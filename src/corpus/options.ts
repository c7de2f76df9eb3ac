/** @file The `corpus` part of a pipeline file. */
import { z } from "zod";

const mebibyte = 2 ** 20;

/** Instances from token shards. */
export interface ShardsOptions {
  readonly kind: "shards";
  /** Path of the manifest; its folder is where shards are looked for. */
  readonly manifest: string;
  readonly verify: "read" | "off";
  /** Bytes of token blocks kept in memory; null for what the run's open windows need. */
  readonly cacheBytes: number | null;
}

/** Instances without content: rows that hold nothing but their ordinal, for trainers that make them up. */
export interface SyntheticOptions {
  readonly kind: "synthetic";
  /** Rows to train on; their ordinals are [0, instances). */
  readonly instances: number;
  /** Rows held out; their ordinals follow. */
  readonly heldOut: number;
  /** Rows of a block, the unit of windows and ledger pages; a last block may have fewer. */
  readonly blockRows: number;
}

/** Where a run's instances come from. */
export type CorpusOptions = ShardsOptions | SyntheticOptions;

const shardsOptions = z
  .strictObject({
    kind: z.literal("shards").default("shards").describe("Where instances come from: token shards."),
    manifest: z
      .string()
      .min(1)
      .describe("Path of the corpus' manifest.json, relative to the pipeline file; `prepare` writes it."),
    verify: z
      .enum(["read", "off"])
      .default("read")
      .describe("Check every block's checksum when it is first read in a run, or never.")
      .meta({ changesOnResume: true }),
    cacheBytes: z
      .int()
      .min(mebibyte)
      .nullable()
      .default(null)
      .describe(
        "Bytes of token blocks kept in memory, at least what the open windows of all domains take; null takes just that.",
      )
      .meta({ changesOnResume: true }),
  })
  .describe("Token shards, described by their manifest.");

const syntheticOptions = z
  .strictObject({
    kind: z.literal("synthetic").describe("Where instances come from: nowhere; a row is its ordinal."),
    instances: z
      .int()
      .min(1)
      .max(1e9)
      .describe(
        "Rows to train on. A pass draws each once at most, so more than steps · batch are fresh ones.",
      ),
    heldOut: z.int().min(1).max(1e6).default(1000).describe("Rows held out, for evaluation."),
    blockRows: z
      .int()
      .min(1)
      .max(2 ** 20)
      .default(4096)
      .describe("Rows of a block, the unit of windows and of the ledger's pages."),
  })
  .describe("Rows that hold their ordinal only, for a model that makes instances up, like the regression.");

/** Shards as a user writes them: what has a default may be left out. */
export interface ShardsInput {
  readonly kind?: "shards" | undefined;
  readonly manifest: string;
  readonly verify?: "read" | "off" | undefined;
  readonly cacheBytes?: number | null | undefined;
}

/** Made-up instances as a user writes them. */
export interface SyntheticInput {
  readonly kind: "synthetic";
  readonly instances: number;
  readonly heldOut?: number | undefined;
  readonly blockRows?: number | undefined;
}

/** The `corpus` part as a user writes it. */
export type CorpusInput = ShardsInput | SyntheticInput;

/** Schema of the `corpus` part: one member a `kind`, which is `shards` when left out. */
export const corpusOptions: z.ZodType<CorpusOptions, CorpusInput> = z.discriminatedUnion("kind", [
  shardsOptions,
  syntheticOptions,
]);
