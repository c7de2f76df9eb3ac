/** @file Excess loss: how much more an instance costs here than it costs a reference. */
import type { LedgerPosition } from "../journal/journal-line.ts";

/** A reference's losses as of one step. */
export interface ReferenceLosses {
  /** What is read: the last step of the reference that counts. */
  readonly position: LedgerPosition;
  /** Instances with a loss. */
  readonly instances: number;
  /** Last loss of each of a block's rows, shape [rows], nats per token; NaN where it has none.
   * @throws {StorageError} when the scratch file cannot be read or written. O(1), or O(bytes of a page) where it is not in memory. */
  lossesOf(block: number): Promise<Float32Array>;
  /** Removes the scratch file. */
  close(): Promise<void>;
}

/** Excess of a loss over a reference's, max(0, loss − reference), rounded to float32; NaN where either is NaN.
 *
 * What an instance still has to teach: one that the reference cannot learn either (noise) and one that is learnt by now both
 * have little of it. RHO-Loss (arXiv:2206.07137 §3) subtracts the *irreducible* loss, under a model trained on other data,
 * ranks by the plain difference and takes the largest; DoReMi (arXiv:2305.10429 §2) subtracts the loss under a reference
 * trained on the same data, clips every token's difference at 0 and averages over a domain. Here a row's mean
 * difference is clipped, the row is drawn in proportion to it, and the draw is corrected for.
 * @param loss, reference nats per token */
export const excessOf = (loss: number, reference: number): number =>
  Math.fround(Math.max(0, loss - reference));

/** {@link excessOf} of each row of a block.
 * @param losses, reference shape [rows]. O(rows). */
export const excessesOf = (losses: Float32Array, reference: Float32Array): Float32Array =>
  losses.map((loss, row) => excessOf(loss, reference[row]!));
