/** @file What each strategy prefers: from losses to scores, written once for the host and for the graph (arXiv:2502.06733 §4). */
import type { Arithmetic } from "./arithmetic.ts";

/** The strategies a configuration may name. */
export const strategyNames = [
  "uniform",
  "linupper",
  "quadratic",
  "extremes",
  "upperAffine",
  "identity",
  "rawDro",
] as const;

/** One of {@link strategyNames}. */
export type StrategyName = (typeof strategyNames)[number];

/** What shapes the scores. */
export interface StrategyParameters {
  readonly strategy: StrategyName;
  /** δ > 0: normalised losses span [−δ, δ]. */
  readonly delta: number;
  /** α > 0: linupper's cap as a multiple of δ; 1 is the published form. */
  readonly capAlpha: number;
  /** Losses closer together than this, in nats, are not stretched over the whole span; > 0. */
  readonly epsRange: number;
}

/** The losses that become −δ and δ: scalars, nats. */
export interface LossRange<T> {
  readonly low: T;
  readonly high: T;
}

/**
 * Losses on the scale of their batch: h = δ·((ℓ − low) − (high − ℓ)) / max(high − low, epsRange).
 * Centred like this, nearly equal losses stay exact; the published two-term form is off by 1.5 in float32 at a range of 1e-6.
 * @param losses shape [M], nats
 * @param range  left out: the batch's smallest and largest loss; when given, h is clipped to [−δ, δ]
 * @returns shape [M], in [−δ, δ]
 */
export const normalisedLosses = <T>(
  math: Arithmetic<T>,
  losses: T,
  { delta, epsRange }: StrategyParameters,
  range?: LossRange<T>,
): T => {
  const { low, high } = range ?? { low: math.batchMin(losses), high: math.batchMax(losses) };
  const centred = math.sub(math.sub(losses, low), math.sub(high, losses));
  const h = math.div(math.mul(centred, delta), math.max(math.sub(high, low), epsRange));
  return range === undefined ? h : math.min(math.max(h, -delta), delta);
};

type Score = <T>(math: Arithmetic<T>, h: T, parameters: StrategyParameters, losses: T) => T;

const scores: Readonly<Record<StrategyName, Score>> = {
  // The same for every instance: weights 1/M.
  uniform: (math, h) => math.sub(h, h),
  // Low losses down, flat from the middle of the range up.
  linupper: (math, h, { delta, capAlpha }) => math.min(math.add(h, delta), capAlpha * delta),
  // Middle losses up, both ends down.
  quadratic: (math, h, { delta }) => math.sub(1, math.div(math.mul(h, h), delta * delta)),
  // Both ends up, the middle down.
  extremes: (math, h) => math.max(h, math.sub(0, h)),
  // Rising with the loss, no cap.
  upperAffine: (math, h, { delta }) => math.mul(math.add(h, delta), 0.5),
  // Rising over twice the range.
  identity: (_math, h) => h,
  // The loss itself, without a scale: KL-regularised distributionally robust optimisation (arXiv:2402.14270).
  rawDro: (_math, _h, _parameters, losses) => losses,
};

/**
 * Scores of a strategy: what its weights are the softmax of.
 * linupper min(h + δ, αδ) · quadratic 1 − h²/δ² · extremes |h| · upperAffine (h + δ)/2 · identity h · rawDro ℓ · uniform 0.
 * @param losses shape [M], nats; stopped, since no gradient flows through weights
 * @param range  as in {@link normalisedLosses}
 * @returns shape [M]
 */
export const strategyScores = <T>(
  math: Arithmetic<T>,
  losses: T,
  parameters: StrategyParameters,
  range?: LossRange<T>,
): T =>
  scores[parameters.strategy](math, normalisedLosses(math, losses, parameters, range), parameters, losses);

/**
 * Largest minus smallest score a batch can have, R: what bounds the weights at a given r.
 * @returns ≥ 0; Infinity for rawDro
 */
export const scoreRange = ({ strategy, delta, capAlpha }: StrategyParameters): number =>
  ({
    uniform: 0,
    linupper: Math.min(capAlpha, 2) * delta,
    quadratic: 1,
    extremes: delta,
    upperAffine: delta,
    identity: 2 * delta,
    rawDro: Infinity,
  })[strategy];
