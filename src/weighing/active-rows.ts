/** @file Which rows of a batch take part in its weighing. */
import { EngineError, SamplerError, mustBe } from "../errors.ts";

/**
 * Slots of the rows that take part: those with a target and a finite loss.
 * @param losses  shape [M], nats
 * @param targets shape [M], active targets a row; a row of 0 takes no part, whatever its loss says
 * @returns slots, ascending. O(M).
 * @throws {EngineError} for a loss that is not finite under `error`, and when no row is left
 * @throws {SamplerError} when there are not as many targets as losses
 */
export const activeRows = (
  losses: ArrayLike<number>,
  targets: ArrayLike<number> | undefined,
  nonFinite: "error" | "mask",
): Uint32Array => {
  if (targets !== undefined && targets.length !== losses.length)
    throw new SamplerError(mustBe("targets", `as many as losses, ${losses.length}`, targets.length));
  const slots = new Uint32Array(losses.length);
  let count = 0;
  for (let slot = 0; slot < losses.length; slot++) {
    if (targets?.[slot] === 0) continue;
    if (Number.isFinite(losses[slot])) slots[count++] = slot;
    else if (nonFinite === "error")
      throw new EngineError(mustBe(`loss of the row in slot ${slot}`, "a finite number", losses[slot]), {
        hint: "lower the learning rate, or set weighing.nonFinite to mask to train on without such rows",
      });
  }
  if (count === 0)
    throw new EngineError("the batch has no row with a target and a finite loss", {
      hint: "resume from the last checkpoint with a lower learning rate",
    });
  return slots.subarray(0, count);
};

/** Values of the given slots, as float64. Shape [slots]. */
export const takeSlots = (values: ArrayLike<number>, slots: Uint32Array): Float64Array => {
  const taken = new Float64Array(slots.length);
  for (let i = 0; i < taken.length; i++) taken[i] = values[slots[i]!]!;
  return taken;
};

/** The inverse of {@link takeSlots}: shape [size], 0 in all other slots. */
export const putSlots = (values: Float64Array, slots: Uint32Array, size: number): Float64Array => {
  const all = new Float64Array(size);
  slots.forEach((slot, i) => (all[slot] = values[i]!));
  return all;
};
