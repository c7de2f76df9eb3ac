/** @file What a step's weights did to its batch: numbers for its record, all from losses and weights alone. */
import { quantileOf } from "./quantile.ts";

/** The rows of one batch that took part, as columns of shape [M]. */
export interface WeighedRows {
  /** Nats. */
  readonly losses: Float64Array;
  readonly scores: Float64Array;
  readonly correction: Float64Array;
  /** Final weights, as used for the gradient. */
  readonly weights: Float64Array;
  /** Active targets. */
  readonly targets: Float64Array;
  /** Domain numbers. */
  readonly domain: ArrayLike<number>;
}

/** A domain's part of a batch. Both shares are fractions in [0, 1]. */
export interface DomainShare {
  readonly domain: number;
  readonly rowShare: number;
  readonly weightShare: number;
}

/** Weights of a step in numbers. u = c/Σc is what the draws alone would give, p = w/Σw what was used; M counts the rows that took part. */
export interface WeighingDiagnostics {
  readonly rows: number;
  /** Rows left out: no target, or a loss that is no number. */
  readonly masked: number;
  readonly inverseR: number;
  /** γ = Σpℓ − Σuℓ, nats: what preferring adds to the mean loss. Below 0, strategy or range are at odds with the batch. */
  readonly gamma: number;
  /** ρ = Σpℓ / Σuℓ: acts as a factor on the learning rate. 1 when Σuℓ is 0. */
  readonly rho: number;
  /** 1/Σp², in [1, M]: how many rows the step effectively learns from. */
  readonly ess: number;
  /** M·max p, in [1, M]. */
  readonly maxWeightTimesSize: number;
  /** Σw: 1 under `batch`. */
  readonly weightSum: number;
  /** Σ p·log(M·p), nats, in [0, log M]: distance from equal weights. */
  readonly klFromUniform: number;
  /** r·log mean exp(s/r): the value that the strategy weights attain; mean s for infinite r. */
  readonly droValue: number;
  /** Fraction of rows that linupper's cap or maxWeight holds down; 0 where neither applies. */
  readonly fractionAtCap: number;
  /** Σp over the ⌊M/2⌋ rows of lowest loss; about ½ for equal weights. */
  readonly lowerHalfShare: number;
  /** Σp over the ⌈M/10⌉ largest weights. */
  readonly topTenthShare: number;
  /** Pearson correlation of p with targets; 0 when either is constant. */
  readonly lengthCorrelation: number;
  readonly loss: {
    readonly min: number;
    readonly median: number;
    readonly mean: number;
    readonly max: number;
  };
  /** By domain number. */
  readonly domains: readonly DomainShare[];
}

const sumOf = (
  values: ArrayLike<number>,
  of: (value: number, i: number) => number = (value) => value,
): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += of(values[i]!, i);
  return sum;
};

const correlation = (a: Float64Array, b: Float64Array): number => {
  const meanA = sumOf(a) / a.length;
  const meanB = sumOf(b) / b.length;
  const spread = Math.sqrt(sumOf(a, (x) => (x - meanA) ** 2) * sumOf(b, (y) => (y - meanB) ** 2));
  return spread === 0 ? 0 : sumOf(a, (x, i) => (x - meanA) * (b[i]! - meanB)) / spread;
};

const droValueOf = (scores: Float64Array, inverseR: number): number => {
  if (inverseR === 0) return sumOf(scores) / scores.length;
  const top = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  return top + Math.log(sumOf(scores, (s) => Math.exp((s - top) * inverseR)) / scores.length) / inverseR;
};

/** Σp over the `count` rows of lowest loss; of equal losses the earlier rows count. */
const lowestShare = (
  losses: Float64Array,
  p: Float64Array,
  ascending: Float64Array,
  count: number,
): number => {
  const highest = ascending[count - 1];
  if (highest === undefined) return 0;
  let ties = count - ascending.indexOf(highest);
  return sumOf(p, (share, i) => (losses[i]! < highest || (losses[i] === highest && ties-- > 0) ? share : 0));
};

const domainShares = (domain: ArrayLike<number>, p: Float64Array): DomainShare[] => {
  const shares = new Map<number, { rows: number; weight: number }>();
  p.forEach((weight, i) => {
    const share = shares.get(domain[i]!) ?? { rows: 0, weight: 0 };
    shares.set(domain[i]!, { rows: share.rows + 1, weight: share.weight + weight });
  });
  return [...shares]
    .map(([domain, { rows, weight }]) => ({ domain, rowShare: rows / p.length, weightShare: weight }))
    .toSorted((a, b) => a.domain - b.domain);
};

/**
 * Diagnostics of one batch. O(M log M).
 * @param facts what the rows do not say: 1/r, how many rows were masked, and whether a row is held down by a cap
 */
export const diagnose = (
  rows: WeighedRows,
  facts: { readonly inverseR: number; readonly masked: number; atCap(row: number): boolean },
): WeighingDiagnostics => {
  const { losses, scores, correction, weights, targets, domain } = rows;
  const size = losses.length;
  const weightSum = sumOf(weights);
  const p = weights.map((weight) => weight / weightSum);
  const plain = sumOf(correction, (c, i) => c * losses[i]!) / sumOf(correction);
  const preferred = sumOf(p, (share, i) => share * losses[i]!);
  const ascending = losses.toSorted();
  const largest = p.toSorted().toReversed();
  return {
    rows: size,
    masked: facts.masked,
    inverseR: facts.inverseR,
    gamma: preferred - plain,
    rho: plain === 0 ? 1 : preferred / plain,
    ess: 1 / sumOf(p, (share) => share * share),
    maxWeightTimesSize: size * largest[0]!,
    weightSum,
    klFromUniform: sumOf(p, (share) => (share === 0 ? 0 : share * Math.log(size * share))),
    droValue: droValueOf(scores, facts.inverseR),
    fractionAtCap: sumOf(losses, (_, row) => (facts.atCap(row) ? 1 : 0)) / size,
    lowerHalfShare: lowestShare(losses, p, ascending, size >> 1),
    topTenthShare: sumOf(largest.subarray(0, Math.ceil(size / 10))),
    lengthCorrelation: correlation(p, targets),
    loss: {
      min: ascending[0]!,
      median: quantileOf(ascending, 0.5),
      mean: sumOf(losses) / size,
      max: ascending[size - 1]!,
    },
    domains: domainShares(domain, p),
  };
};
