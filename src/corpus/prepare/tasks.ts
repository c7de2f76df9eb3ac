/** @file What threads do for prepare: plain functions of a slice, so that the result cannot depend on which thread ran them. */
import type { TokenArray } from "../tokenizer/encoder.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { trainBpe } from "../tokenizer/train-bpe.ts";
import type { Merges } from "../tokenizer/vocabulary.ts";
import { type PackedCounts, WordCounts } from "../tokenizer/word-counts.ts";
import { contentHash } from "./held-out.ts";
import { type Slice, readSlice } from "./slice.ts";

/** Looks at a slice: how much is in it, and which words. */
export interface SurveyTask {
  readonly kind: "survey";
  readonly slice: Slice;
  /** Documents whose hash is below are held out and teach the tokenizer nothing. */
  readonly heldOutBound: number;
  /** Of the others, those whose second hash is below are counted; 0 for none. */
  readonly sampleBound: number;
}

/** What is in a slice. */
export interface Survey {
  readonly documents: number;
  readonly bytes: number;
  /** Least hash of its documents; 2^32 when there are none. */
  readonly leastHash: number;
  readonly words: PackedCounts;
}

/** Trains the tokenizer. */
export interface TrainTask {
  readonly kind: "train";
  readonly words: PackedCounts;
  readonly vocabSize: number;
}

/** Encodes a slice. */
export interface EncodeTask {
  readonly kind: "encode";
  readonly slice: Slice;
  readonly heldOutBound: number;
  /** In shared memory, so that sending a task costs nothing. */
  readonly merges: Merges;
  /** Tells a thread whether it has that tokenizer already. */
  readonly tokenizerHash: string;
}

/** Tokens of some documents, each closed by end-of-text, and the bytes they were. */
export interface EncodedDocuments {
  readonly tokens: TokenArray;
  readonly bytes: number;
}

/** Tokens of a slice, training and held-out documents apart, each in document order. */
export interface EncodedSlice {
  readonly training: EncodedDocuments;
  readonly heldOut: EncodedDocuments;
}

/** Work for a thread, by its kind. */
export type Task = SurveyTask | TrainTask | EncodeTask;

/** Counts a slice's documents and the words of those that train.
 * @throws as {@link readSlice} */
export const survey = async (task: SurveyTask): Promise<Survey> => {
  const { bytes, ends } = await readSlice(task.slice);
  const words = new WordCounts();
  let leastHash = 2 ** 32;
  let start = 0;
  for (const end of ends) {
    const [hash, sample] = contentHash(bytes, start, end);
    leastHash = Math.min(leastHash, hash);
    if (hash >= task.heldOutBound && sample < task.sampleBound) words.addDocument(bytes, start, end);
    start = end;
  }
  return { documents: ends.length, bytes: ends.at(-1) ?? 0, leastHash, words: words.pack() };
};

/** Trains on the words counted.
 * @throws {ConfigError} as {@link trainBpe} */
export const train = (task: TrainTask): Merges => trainBpe(task.words, task.vocabSize);

/** Encodes a slice's documents.
 * @throws as {@link readSlice} */
export const encode = async (task: EncodeTask, tokenizer: Tokenizer): Promise<EncodedSlice> => {
  const { bytes, ends } = await readSlice(task.slice);
  const roomFor = (ends.at(-1) ?? 0) + ends.length;
  const room = (): TokenArray =>
    tokenizer.vocabSize <= 2 ** 16 ? new Uint16Array(roomFor) : new Uint32Array(roomFor);
  const training = { tokens: room(), length: 0, bytes: 0 };
  const heldOut = { tokens: room(), length: 0, bytes: 0 };
  let start = 0;
  for (const end of ends) {
    const side = contentHash(bytes, start, end)[0] < task.heldOutBound ? heldOut : training;
    side.length = tokenizer.encodeInto(bytes, start, end, side.tokens, side.length);
    side.tokens[side.length++] = tokenizer.endOfText;
    side.bytes += end - start;
    start = end;
  }
  return { training: trimmed(training), heldOut: trimmed(heldOut) };
};

const trimmed = (side: EncodedDocuments & { readonly length: number }): EncodedDocuments => ({
  tokens: side.tokens.slice(0, side.length),
  bytes: side.bytes,
});
