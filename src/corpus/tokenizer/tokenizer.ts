/** @file The tokenizer: text to tokens and back. Byte-level, so any bytes survive the round trip. */
import { ConfigError, mustBe } from "../../errors.ts";
import { type Files, createFiles } from "../../files.ts";
import { createEncoder, type Encode } from "./encoder.ts";
import { hashOf, parseTokenizer } from "./tokenizer-file.ts";
import { type Vocabulary, createVocabulary, type Merges } from "./vocabulary.ts";

/** A byte-level tokenizer; for one thread, as it remembers words. */
export interface Tokenizer {
  /** `bytes` has no merges: each byte is a token. */
  readonly kind: "bpe" | "bytes";
  readonly vocabulary: Vocabulary;
  /** All tokens, end-of-text included. */
  readonly vocabSize: number;
  /** The token that closes a document, vocabSize − 1; text never encodes to it. */
  readonly endOfText: number;
  /** SHA-256, hexadecimal, of the canonical content of its file. */
  readonly hash: string;
  /** Tokens of a text's UTF-8 bytes. About O(text). */
  encode(text: string): Uint32Array<ArrayBuffer>;
  /** Tokens of any bytes. About O(bytes). */
  encodeBytes(bytes: Uint8Array): Uint32Array<ArrayBuffer>;
  /** The lowest level of encoding, into an array that is there. */
  readonly encodeInto: Encode;
  /** Text of tokens; bytes that are not UTF-8 become U+FFFD, end-of-text becomes nothing.
   * @throws {ConfigError} for a token outside [0, vocabSize) */
  decode(tokens: ArrayLike<number>): string;
  /** Bytes of tokens, exactly those that were encoded.
   * @throws {ConfigError} for a token outside [0, vocabSize) */
  decodeBytes(tokens: ArrayLike<number>): Uint8Array<ArrayBuffer>;
}

const decodeBytes = (
  { bytes, starts, vocabSize }: Vocabulary,
  tokens: ArrayLike<number>,
): Uint8Array<ArrayBuffer> => {
  let length = 0;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if (!(Number.isInteger(token) && token >= 0 && token < vocabSize))
      throw new ConfigError(mustBe(`token ${index}`, `an integer in [0, ${vocabSize})`, token), {
        hint: "decode with the tokenizer that made the tokens",
      });
    length += starts[token + 1]! - starts[token]!;
  }
  const decoded = new Uint8Array(length);
  for (let index = 0, at = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    for (let from = starts[token]!; from < starts[token + 1]!; from++) decoded[at++] = bytes[from]!;
  }
  return decoded;
};

/** The tokenizer that merges define; none gives the `bytes` kind. */
export const createTokenizer = (merges: Merges): Tokenizer => {
  const vocabulary = createVocabulary(merges);
  const encodeInto = createEncoder(vocabulary);
  const encodeBytes = (bytes: Uint8Array): Uint32Array<ArrayBuffer> => {
    const tokens = new Uint32Array(bytes.length);
    return tokens.slice(0, encodeInto(bytes, 0, bytes.length, tokens, 0));
  };
  return {
    kind: merges.length === 0 ? "bytes" : "bpe",
    vocabulary,
    vocabSize: vocabulary.vocabSize,
    endOfText: vocabulary.endOfText,
    hash: hashOf(merges),
    encode: (text) => encodeBytes(new TextEncoder().encode(text)),
    encodeBytes,
    encodeInto,
    decode: (tokens) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(decodeBytes(vocabulary, tokens)),
    decodeBytes: (tokens) => decodeBytes(vocabulary, tokens),
  };
};

/** Reads a tokenizer's file.
 * @throws {ConfigError}  when it is not one of ours
 * @throws {StorageError} when it cannot be read */
export const loadTokenizer = async (path: string, files: Files = createFiles()): Promise<Tokenizer> =>
  createTokenizer(parseTokenizer(await files.readText(path), path));
