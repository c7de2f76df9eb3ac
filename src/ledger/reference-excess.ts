/** @file Excess loss: how much more an instance costs here than it costs a reference. */

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
