/** @file The `corpus` part of a pipeline file. */
import { z } from "zod";

const mebibyte = 2 ** 20;

/** Instances from token shards. */
export interface ShardsOptions {
  readonly kind: "shards";
  /** Path of the manifest; its folder is where shards are looked for. */
  readonly manifest: string;
  readonly verify: "read" | "off";
  /** Bytes of token blocks kept in memory. */
  readonly cacheBytes: number;
}

/** Where a run's instances come from. */
export type CorpusOptions = ShardsOptions;

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
      .default(1024 * mebibyte)
      .describe(
        "Bytes of token blocks kept in memory; holds the open windows of all domains, or rows are read over and over.",
      )
      .meta({ changesOnResume: true }),
  })
  .describe("Token shards, described by their manifest.");

/** The same as a user writes it: what has a default may be left out. */
export interface CorpusInput {
  readonly kind?: "shards" | undefined;
  readonly manifest: string;
  readonly verify?: "read" | "off" | undefined;
  readonly cacheBytes?: number | undefined;
}

/** Schema of the `corpus` part: one member a `kind`, which is `shards` when left out. */
export const corpusOptions: z.ZodType<CorpusOptions, CorpusInput> = z.discriminatedUnion("kind", [
  shardsOptions,
]);
