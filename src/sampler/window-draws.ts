/** @file The draws of one window: scores in, K rows with their probabilities out. */
import { SamplerError, mustBe } from "../errors.ts";
import { equalUnits, inclusionUnits } from "./inclusion.ts";
import { selectWindow } from "./selection.ts";
import { type Window, locate, rowsOf } from "./window.ts";

/** Draws of a window in slot order; never changed once made. */
export interface WindowDraws {
  /** Shape [2, K]: row numbers in the window, then their inclusion probabilities in units of 2⁻²⁴. */
  readonly pool: Uint32Array;
  /** Whether the window was drawn without preference, and so `base` is `probability`: both are then within 2⁻²⁴ of K/n, and
   * c = base/probability is exactly 1. Otherwise base is K/n as float32. */
  readonly equal: boolean;
}

/** What decides the draws of a window, besides its scores. */
export interface DrawSettings {
  readonly seed: string | number;
  /** Name of the domain. */
  readonly domain: string;
  /** K. */
  readonly kept: number;
  readonly epsilon: number;
}

/** Chooses K of a window's n rows. Equal scores, none at all, ε = 1 and K = n all give the same draws.
 * @param scores shape [n] in block order, or null for equal ones
 * @throws {SamplerError} when there are not n scores, or one is negative or not finite: says shard and row. O(n). */
export const drawWindow = (
  window: Window,
  scores: Float32Array | null,
  settings: DrawSettings,
): WindowDraws => {
  const { seed, domain, kept, epsilon } = settings;
  const rows = rowsOf(window);
  const equal = scores === null || !haveSpread(window, scores) || epsilon === 1 || kept === rows;
  const units = equal ? equalUnits(rows, kept) : inclusionUnits(scores, kept, epsilon);
  const chosen = selectWindow(seed, domain, window.pass, window.number, units, kept);
  const pool = new Uint32Array(2 * kept);
  for (let slot = 0; slot < kept; slot++) {
    const row = chosen[slot]!;
    pool[slot] = row;
    pool[kept + slot] = units[row]!;
  }
  return { pool, equal };
};

/** Checks the scores; whether two of them differ. */
const haveSpread = (window: Window, scores: Float32Array): boolean => {
  if (scores.length !== rowsOf(window))
    throw new SamplerError(mustBe("scores of a window", `${rowsOf(window)} numbers`, scores.length));
  let spread = false;
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index]!;
    if (!(score >= 0 && score < Infinity)) {
      const { shard, row } = locate(window, index);
      throw new SamplerError(mustBe(`score in shard ${shard}`, "finite and not negative", score), { row });
    }
    if (score !== scores[0]) spread = true;
  }
  return spread;
};
