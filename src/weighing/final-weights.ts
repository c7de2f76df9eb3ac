/** @file From scores to the coefficients of the step's gradient: w ∝ q·c. The one place that normalises. */
import { ConfigError } from "../errors.ts";
import type { Arithmetic } from "./arithmetic.ts";
import type { Normalise, WeighingOptions } from "./options.ts";
import { strategyScores } from "./strategies.ts";

/**
 * Strategy weights q = exp((s − max s)/r) / Σ exp((s − max s)/r), the maximiser of Σqs − r·KL(q‖uniform) over the simplex (arXiv:2502.06733 eq. 4).
 * @param scores   shape [M], the whole global batch
 * @param inverseR 1/r ≥ 0, a scalar; 0 gives 1/M each
 * @returns shape [M], Σ = 1
 */
export const strategyWeights = <T>(math: Arithmetic<T>, scores: T, inverseR: T | number): T => {
  const exponentials = math.exp(math.mul(math.sub(scores, math.batchMax(scores)), inverseR));
  return math.div(exponentials, math.batchSum(exponentials));
};

/**
 * Final weights w = q·c / Σ(q·c) under `batch`, a ratio estimator whose bias is O(1/M); w = q·c under `expected`,
 * which is unbiased at β = 1 with uniform q, its sum being 1 in expectation only.
 * @param q          shape [M], strategy weights
 * @param correction shape [M], c of `correctionOf`
 * @returns shape [M]
 */
export const finalWeights = <T>(math: Arithmetic<T>, q: T, correction: T, normalise: Normalise): T => {
  const product = math.mul(q, correction);
  return normalise === "batch" ? math.div(product, math.batchSum(product)) : product;
};

/**
 * Whether the weights can be computed inside the training graph, from this batch's losses, 1/r and c alone.
 * Caps, quantiles, length modes and masking need the host, hence a forward graph and a weighted backward graph.
 */
export const isFusible = (options: WeighingOptions): boolean =>
  options.maxWeight === null &&
  options.quantiles === null &&
  options.lengthMode === "none" &&
  options.nonFinite === "error";

/** The graph's inputs for weights. */
export interface FusedInputs<T> {
  /** Shape [M], stopped: the whole global batch. */
  readonly losses: T;
  /** 1/r, a scalar. */
  readonly inverseR: T;
  /** Shape [M]. */
  readonly correction: T;
}

/**
 * Emits the whole weighing over any arithmetic, e.g. into a training graph: losses to final weights, shape [M].
 * @throws {ConfigError} when the options are not {@link isFusible}
 */
export const emitWeights = <T>(math: Arithmetic<T>, options: WeighingOptions, inputs: FusedInputs<T>): T => {
  if (!isFusible(options))
    throw new ConfigError(
      "weighing with maxWeight, quantiles, lengthMode or a mask cannot run inside the graph",
      {
        keyPath: "weighing",
        hint: "use the two-graph form, which takes weights from outside",
      },
    );
  const scores = strategyScores(math, inputs.losses, options);
  return finalWeights(
    math,
    strategyWeights(math, scores, inputs.inverseR),
    inputs.correction,
    options.normalise,
  );
};
