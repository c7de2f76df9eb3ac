/** @file Losses of a step → weights of its gradient, and what they did. */
import { SamplerError, mustBe } from "../errors.ts";
import { activeRows, putSlots, takeSlots } from "./active-rows.ts";
import { correctionOf } from "./correction.ts";
import { type WeighingDiagnostics, diagnose } from "./diagnostics.ts";
import { finalWeights, strategyWeights } from "./final-weights.ts";
import { float64Arithmetic as math } from "./float64-arithmetic.ts";
import { rankOfRows, withLengths } from "./length-modes.ts";
import { withMaxWeight } from "./max-weight.ts";
import type { WeighingOptions } from "./options.ts";
import { quantileOf } from "./quantile.ts";
import { inverseRAt } from "./r-schedule.ts";
import { type LossRange, strategyScores } from "./strategies.ts";

/** One global batch as it came back from the trainer: columns of shape [M], in slot order, by global rank. */
export interface ObservedBatch {
  /** Nats per token. */
  readonly losses: ArrayLike<number>;
  /** Probabilities and bases of the draws, in (0, 1]. */
  readonly probability: ArrayLike<number>;
  readonly base: ArrayLike<number>;
  /** Active targets a row; left out: the same for all. */
  readonly targets?: ArrayLike<number>;
  /** Domain numbers; left out: one domain. */
  readonly domain?: ArrayLike<number>;
  /** W, over which the rows are spread by the rank slices of `rankOfRows`; 1 when left out. Only `lengthMode: gpt2Local` asks. */
  readonly ranks?: number;
  /** The weights that a trainer computed itself; diagnostics speak of these then. */
  readonly used?: ArrayLike<number>;
}

/** Weights of one batch. */
export interface WeighedBatch {
  /** Final weights, shape [M]; 0 for masked rows. */
  readonly weights: Float64Array;
  /** Strategy weights, lengths and caps included, shape [M]. */
  readonly q: Float64Array;
  readonly diagnostics: WeighingDiagnostics;
}

/** The weighing of a run: a pure function of options, batch and step. */
export interface Weighing {
  readonly options: WeighingOptions;
  /** 1/r at a step (from 1): a graph's input; 0 during burn-in. */
  at(step: number): { readonly inverseR: number };
  /** c of draws, shape [M]: the other input of a graph that weighs by itself. Throws as `correctionOf`. */
  correction(probability: ArrayLike<number>, base: ArrayLike<number>): Float64Array;
  /**
   * Losses → weights and what they did. O(M log M).
   * @throws {EngineError} for losses that are not finite, as `activeRows`
   * @throws {SamplerError} for impossible probabilities, or columns of other lengths than the losses
   */
  weigh(batch: ObservedBatch, step: number): WeighedBatch;
}

const rangeOf = (losses: Float64Array, options: WeighingOptions): LossRange<Float64Array> | undefined => {
  if (options.quantiles === null) return undefined;
  const ascending = losses.toSorted();
  const [low, high] = options.quantiles;
  return {
    low: Float64Array.of(quantileOf(ascending, low)),
    high: Float64Array.of(quantileOf(ascending, high)),
  };
};

const checkLengths = (batch: ObservedBatch): void => {
  const size = batch.losses.length;
  for (const column of ["probability", "base", "targets", "domain", "used"] as const) {
    const length = batch[column]?.length ?? size;
    if (length !== size)
      throw new SamplerError(mustBe(`${column} of a batch`, `of ${size} rows, as its losses`, length));
  }
};

/** Weighing by checked options. Steps: rows that take part → scores → softmax at r → cap → lengths → correction → normalise. */
export const createWeighing = (options: WeighingOptions): Weighing => {
  const at = (step: number): { inverseR: number } => ({
    inverseR: inverseRAt(options.r, options.schedule, step),
  });
  const correction = (probability: ArrayLike<number>, base: ArrayLike<number>): Float64Array =>
    correctionOf(probability, base, options.beta);

  const weigh = (batch: ObservedBatch, step: number): WeighedBatch => {
    checkLengths(batch);
    const size = batch.losses.length;
    const slots = activeRows(batch.losses, batch.targets, options.nonFinite);
    const take = (column: ArrayLike<number>): Float64Array => takeSlots(column, slots);
    const { inverseR } = at(step);
    const losses = take(batch.losses);
    const targets =
      batch.targets === undefined ? new Float64Array(slots.length).fill(1) : take(batch.targets);
    const c = take(correction(batch.probability, batch.base));

    const scores = strategyScores(math, losses, options, rangeOf(losses, options));
    const preferred = strategyWeights(math, scores, Float64Array.of(inverseR));
    const cap = options.maxWeight === null ? Infinity : options.maxWeight / slots.length;
    const capped = withMaxWeight(preferred, cap);
    const q = withLengths(capped, targets, take(rankOfRows(size, batch.ranks ?? 1)), options.lengthMode);
    const weights = finalWeights(math, q, c, options.normalise);

    const used = batch.used === undefined ? weights : take(batch.used);
    const domain = batch.domain === undefined ? new Float64Array(slots.length) : take(batch.domain);
    const scoreCap = options.strategy === "linupper" ? options.capAlpha * options.delta : Infinity;
    const diagnostics = diagnose(
      { losses, scores, correction: c, weights: used, targets, domain },
      {
        inverseR,
        masked: size - slots.length,
        atCap: (row) => scores[row]! >= scoreCap || capped[row] === cap,
      },
    );
    return { weights: putSlots(weights, slots, size), q: putSlots(q, slots, size), diagnostics };
  };
  return { options, at, correction, weigh };
};
