/** @file The dataset file's schema: which texts make a corpus, and how they become rows. */
import { z } from "zod";

import { largestVocabSize } from "../tokenizer/train-bpe.ts";

/** How documents lie in a file. `text`: paragraphs. `source`: program text, cut between top-level pieces. `jsonl`: one JSON object a line, its `text` is a document. */
export type TextFormat = "text" | "source" | "jsonl";

/** One input file: by `path`, relative to the dataset file, or in an installed npm `package`, found as Node finds it. */
export interface DatasetFileEntry {
  readonly path?: string | undefined;
  readonly package?: string | undefined;
  /** SHA-256, hexadecimal; checked when given. */
  readonly sha256?: string | undefined;
}

/** One domain's texts. */
export interface DatasetDomain {
  readonly format: TextFormat;
  readonly licence?: string | undefined;
  readonly files: readonly DatasetFileEntry[];
}

/** The tokenizer to train, or `bytes` for none. */
export type TokenizerOptions =
  | { readonly kind: "bpe"; readonly vocabSize: number; readonly trainBytes: number }
  | { readonly kind: "bytes" };

/** A dataset file's content, checked. */
export interface Dataset {
  readonly name: string;
  /** L, tokens a row. */
  readonly seqLen: number;
  readonly tokenizer: TokenizerOptions;
  /** Share of documents kept from training, in (0, 0.5]. */
  readonly heldOut: number;
  readonly blockBytes: number;
  readonly blocksPerDomain: number;
  /** In the order of the file, which is the order of domain numbers. */
  readonly domains: Readonly<Record<string, DatasetDomain>>;
}

const nameOfFiles = z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "small letters, digits, dots and dashes");

const fileEntry = z
  .strictObject({
    path: z.string().min(1).optional().describe("Path relative to the dataset file."),
    package: z
      .string()
      .regex(/^(@[^/]+\/)?[^/@][^/]*\/.+$/, "an npm package's name and a path in it, e.g. rxjs/README.md")
      .optional()
      .describe("A file of an installed npm package: its name and the path in it."),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits")
      .optional()
      .describe("SHA-256 of the file; another content is refused."),
  })
  .refine(
    (entry) => (entry.path === undefined) !== (entry.package === undefined),
    "either a path or a package",
  );

const domain = z.strictObject({
  format: z
    .enum(["text", "source", "jsonl"])
    .describe("Paragraphs of text, program text, or one JSON object a line with its text under `text`."),
  licence: z
    .string()
    .min(1)
    .optional()
    .describe("Under which licence the texts are, for readers of this file."),
  files: z.array(fileEntry).min(1).describe("The texts, in the order in which they become rows."),
});

const tokenizer = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("bpe").describe("Byte pairs learned from the training documents."),
    vocabSize: z
      .int()
      .min(258)
      .max(largestVocabSize)
      .describe(
        "Tokens in all: 256 bytes, the pairs learned, and end-of-text. Up to 65,536 take two bytes each.",
      ),
    trainBytes: z
      .int()
      .min(1)
      .default(2 ** 26)
      .describe("Text to learn from, about; beyond it a sample of the documents is used."),
  }),
  z.strictObject({ kind: z.literal("bytes").describe("Each byte a token, and end-of-text: 257 in all.") }),
]);

/** Schema of the dataset file. */
export const datasetSchema: z.ZodType<Dataset> = z
  .strictObject({
    name: nameOfFiles.describe("Name of the corpus and of its tokenizer."),
    seqLen: z.int().min(8).max(65_536).describe("Tokens a row: what a model of this context trains on."),
    tokenizer: tokenizer.describe("How text becomes tokens."),
    heldOut: z
      .number()
      .gt(0)
      .max(0.5)
      .default(0.05)
      .describe("Share of the documents kept from training, chosen by a hash of their content."),
    blockBytes: z
      .int()
      .min(1024)
      .default(2 ** 23)
      .describe("Token bytes of a block (row group): the unit of reading and of windows."),
    blocksPerDomain: z
      .int()
      .min(1)
      .default(16)
      .describe("Blocks that a small domain is divided into, so that a pass over it has several windows."),
    domains: z
      .record(nameOfFiles, domain)
      .refine((domains) => Object.keys(domains).length > 0, "at least one domain")
      .describe("Where texts come from, by name."),
  })
  .describe("A counterweight dataset: texts, and how they become a corpus.");
