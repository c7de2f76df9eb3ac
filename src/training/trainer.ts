/** @file What the loop asks of a trainer: the user's own, or ours. Ten lines are enough to be one. */
import type { Draws } from "../draws.ts";

/** Tokens of whole rows, row-major [rows, seqLen]. */
export type Tokens = Uint16Array | Uint32Array;

/** Zeros for `length` tokens. */
export const createTokens = (dtype: "uint16" | "uint32", length: number): Tokens =>
  dtype === "uint16" ? new Uint16Array(length) : new Uint32Array(length);

/** What one step trains on: M draws and their tokens. */
export interface Batch {
  /** From 1. */
  readonly step: number;
  /** M, rows in the batch. */
  readonly size: number;
  /** L, tokens a row; a row has L − 1 active targets. */
  readonly seqLen: number;
  /** Shape [M, L], in the slot order of `draws`. Valid until the step's promise settles: the buffer is used again. */
  readonly tokens: Tokens;
  readonly draws: Draws;
}

/** Final weights of the batch from its losses: shape [M], nats per token in, gradient coefficients out.
 * @param targets shape [M], active targets a row; L − 1 each when left out */
export type Weigh = (losses: ArrayLike<number>, targets?: ArrayLike<number>) => Float64Array;

/** What a step gives back. */
export interface StepResult {
  /** Shape [M], mean negative log-likelihood of each row's active targets, nats per token, slot order. */
  readonly losses: ArrayLike<number>;
  /** Shape [M]; the weights it used, when it did not take them from `weigh`. */
  readonly weights?: ArrayLike<number>;
  /** Shape [M], active targets a row; L − 1 each when left out. */
  readonly targets?: ArrayLike<number>;
  /** Numbers worth a place in the step's record, e.g. learningRate, gradientNorm. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** Trains. Either `step` calls `weigh` (once, with the global batch's losses) or it returns `weights`; one that does neither is refused. */
export interface Trainer {
  /** Words for the run's record, e.g. `onnx cpu, 2 threads`. */
  readonly name?: string;
  step(batch: Batch, weigh: Weigh): Promise<StepResult>;
  /** Forward only: losses of `rows` rows, shape [rows]. Needed for held-out evaluation. */
  score?(tokens: Tokens, rows: number): Promise<Float32Array>;
  /** Writes all that `load` needs into an existing, empty folder, each file synced. Without it a run cannot be resumed. */
  save?(folder: string): Promise<void>;
  load?(folder: string): Promise<void>;
  close?(): Promise<void>;
}
