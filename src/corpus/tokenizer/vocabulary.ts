/** @file Tokens and the bytes they stand for, derived from the list of merges. */

/** Merges in the order they were learned: `merges[2k]` and `merges[2k + 1]` are the tokens that merge k joins. */
export type Merges = Uint32Array;

/** Tokens 0 … 255 are the bytes; each merge whose bytes are new adds the next token; end-of-text is the last. */
export interface Vocabulary {
  readonly merges: Merges;
  /** Token that merge k makes. Two merges may make the same bytes ("ab" + "c", "a" + "bc"), and so the same token. */
  readonly mergedTokens: Uint32Array;
  /** Token i stands for `bytes[starts[i] … starts[i + 1])`; end-of-text for none. */
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  /** The token that closes a document: vocabSize − 1. */
  readonly endOfText: number;
  /** All tokens, end-of-text included. */
  readonly vocabSize: number;
}

/** Names for byte strings, so that a map can find a token by its bytes. */
export const byteStringOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** The vocabulary that merges define. O(bytes of all tokens).
 * @param merges each entry below the number of tokens there are before its merge */
export const createVocabulary = (merges: Merges): Vocabulary => {
  const strings = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  const tokenOf = new Map(strings.map((text, token) => [text, token]));
  const mergedTokens = new Uint32Array(merges.length / 2);
  for (let merge = 0; merge < mergedTokens.length; merge++) {
    const text = strings[merges[2 * merge]!]! + strings[merges[2 * merge + 1]!]!;
    const known = tokenOf.get(text);
    mergedTokens[merge] = known ?? strings.length;
    if (known === undefined) tokenOf.set(text, strings.push(text) - 1);
  }
  const endOfText = strings.length;
  const starts = new Uint32Array(endOfText + 2);
  for (const [token, text] of strings.entries()) starts[token + 1] = starts[token]! + text.length;
  starts[endOfText + 1] = starts[endOfText]!;
  const bytes = new Uint8Array(Buffer.from(strings.join(""), "latin1"));
  return { merges, mergedTokens, bytes, starts, endOfText, vocabSize: endOfText + 1 };
};

/** Bytes that a token stands for. */
export const tokenByteLength = (vocabulary: Vocabulary, token: number): number =>
  vocabulary.starts[token + 1]! - vocabulary.starts[token]!;
