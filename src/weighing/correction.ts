/** @file What undoes a non-uniform draw. */
import { SamplerError, mustBe } from "../errors.ts";

/**
 * Correction c = (base / probability)^β (Horvitz & Thompson 1952; arXiv:1511.05952 §3.4).
 * @param probability shape [M], each in (0, 1]; the probability the draw was made with, not the current one
 * @param base        shape [M], in (0, 1]; the probability without preference
 * @param beta        in [0, 1]; 0 gives all ones, 1 is unbiased under `normalise: expected`
 * @returns shape [M], > 0
 * @throws {SamplerError} when a probability or a base is outside (0, 1], or the shapes differ. O(M).
 */
export const correctionOf = (
  probability: ArrayLike<number>,
  base: ArrayLike<number>,
  beta: number,
): Float64Array => {
  if (base.length !== probability.length)
    throw new SamplerError(mustBe("bases", `as many as probabilities, ${probability.length}`, base.length));
  const corrections = new Float64Array(probability.length);
  for (let slot = 0; slot < corrections.length; slot++) {
    const ratio = inUnit(base[slot]!, "base", slot) / inUnit(probability[slot]!, "probability", slot);
    corrections[slot] = beta === 1 ? ratio : ratio ** beta;
  }
  return corrections;
};

const inUnit = (value: number, subject: string, slot: number): number => {
  if (value > 0 && value <= 1) return value;
  throw new SamplerError(mustBe(`${subject} of the draw in slot ${slot}`, "in (0, 1]", value));
};
