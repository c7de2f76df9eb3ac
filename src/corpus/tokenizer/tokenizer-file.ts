/** @file The tokenizer's file: a `tokenizer.json` that Hugging Face tokenizers read too  (huggingface.co/docs/tokenizers, BPE with ByteLevel). */
import { createHash } from "node:crypto";

import { z } from "zod";

import { ConfigError } from "../../errors.ts";
import { preSplitPattern } from "./pre-split.ts";
import { type Merges, createVocabulary } from "./vocabulary.ts";

/** How end-of-text is written in the file; in a text these characters are ordinary ones. */
export const endOfTextName = "<|endoftext|>";

const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;

/** A printable character for each byte, as in GPT-2's encoder: itself, or U+0100 + its rank among the unprintable. */
const letters: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  if (isPrintable(byte)) return String.fromCharCode(byte);
  const rank = Array.from({ length: byte }, (_, before) => before).filter(
    (before) => !isPrintable(before),
  ).length;
  return String.fromCharCode(0x100 + rank);
});

const tokenNames = (merges: Merges): string[] => {
  const { bytes, starts, endOfText } = createVocabulary(merges);
  return Array.from({ length: endOfText }, (_, token) =>
    Array.from(bytes.subarray(starts[token], starts[token + 1]), (byte) => letters[byte]).join(""),
  );
};

const contentOf = (merges: Merges): object => {
  const names = tokenNames(merges);
  const endOfText = { id: names.length, content: endOfTextName, special: true };
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const split = { type: "Split", pattern: { Regex: preSplitPattern }, behavior: "Isolated", invert: false };
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [{ ...endOfText, ...flags }],
    normalizer: null,
    pre_tokenizer: { type: "Sequence", pretokenizers: [split, byteLevel] },
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries([...names, endOfTextName].map((name, token) => [name, token])),
      merges: Array.from({ length: merges.length / 2 }, (_, merge) => [
        names[merges[2 * merge]!],
        names[merges[2 * merge + 1]!],
      ]),
    },
  };
};

/** The file's text. The same merges give the same text. O(vocabulary). */
export const formatTokenizer = (merges: Merges): string => `${JSON.stringify(contentOf(merges), null, 1)}\n`;

/** SHA-256, hexadecimal, of what {@link formatTokenizer} writes: another layout of the same file has the same hash. */
export const hashOf = (merges: Merges): string =>
  createHash("sha256").update(formatTokenizer(merges)).digest("hex");

const fileSchema = z.looseObject({
  model: z.looseObject({ type: z.literal("BPE"), merges: z.array(z.tuple([z.string(), z.string()])) }),
});

/** Merges of a file written by {@link formatTokenizer}, in whatever layout.
 * @throws {ConfigError} when the file is not JSON, or would encode differently than its merges do here */
export const parseTokenizer = (text: string, path: string): Merges => {
  const result = fileSchema.safeParse(parseJson(text, path));
  if (!result.success) throw foreign(path, "it has no BPE merges");
  const tokenOf = new Map(letters.map((letter, byte) => [letter, byte]));
  const merges: number[] = [];
  for (const [index, [left, right]] of result.data.model.merges.entries()) {
    const leftToken = tokenOf.get(left);
    const rightToken = tokenOf.get(right);
    if (leftToken === undefined || rightToken === undefined)
      throw foreign(path, `merge ${index} joins a token that no earlier merge makes`);
    merges.push(leftToken, rightToken);
    if (!tokenOf.has(left + right)) tokenOf.set(left + right, tokenOf.size);
  }
  const parsed = Uint32Array.from(merges);
  if (canonical(result.data) !== canonical(contentOf(parsed)))
    throw foreign(path, "its settings or token numbers differ");
  return parsed;
};

const parseJson = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw foreign(path, "it is not JSON", error);
  }
};

/** The value as text, keys in one order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

const foreign = (path: string, reason: string, cause?: unknown): ConfigError =>
  new ConfigError(
    `tokenizer must be one that counterweight wrote: ${reason}`,
    { path, hint: "prepare the corpus again; tokenizers of other origin are not supported yet" },
    cause,
  );
