/** @file Which instances stand out: the hardest, the noisiest, the most forgotten. */
import type { Instance } from "../replay/instance-name.ts";
import type { InstanceStatistics } from "./instance-statistics.ts";
import { smallestOf } from "./smallest-of.ts";

/** An instance with what it has cost. */
export interface RankedInstance extends Instance {
  /** Domain number. */
  readonly domain: number;
  readonly visits: number;
  /** Nats per token, as are the four below. */
  readonly firstLoss: number;
  readonly lastLoss: number;
  readonly minLoss: number;
  readonly maxLoss: number;
  readonly mean: number;
  /** Sample variance, nats² per token²; NaN before the second visit. */
  readonly variance: number;
  /** firstLoss − lastLoss: what was learned. */
  readonly drop: number;
  /** lastLoss − minLoss: what was learned and lost again. */
  readonly forgetting: number;
  readonly lastStep: number;
}

const instanceAt = (statistics: InstanceStatistics, at: number): RankedInstance => {
  const visits = statistics.visits[at]!;
  const firstLoss = statistics.firstLoss[at]!;
  const lastLoss = statistics.lastLoss[at]!;
  const minLoss = statistics.minLoss[at]!;
  return {
    shard: statistics.shard[at]!,
    row: statistics.row[at]!,
    domain: statistics.domain[at]!,
    visits,
    firstLoss,
    lastLoss,
    minLoss,
    maxLoss: statistics.maxLoss[at]!,
    mean: statistics.mean[at]!,
    variance: visits < 2 ? Number.NaN : statistics.squares[at]! / (visits - 1),
    drop: firstLoss - lastLoss,
    forgetting: lastLoss - minLoss,
    lastStep: statistics.lastStep[at]!,
  };
};

/** First step of the part of a run whose last losses say who is hard: an older loss says more of the model than of the instance. */
export const recentFrom = (lastStep: number): number => Math.floor(lastStep / 2) + 1;

const largestBy = (
  statistics: InstanceStatistics,
  most: number,
  isWanted: (at: number) => boolean,
  scores: (at: number) => number,
): RankedInstance[] => {
  const { size, shard, row } = statistics;
  const chosen = smallestOf(
    size,
    most,
    isWanted,
    (a, b) => scores(b) - scores(a) || shard[a]! - shard[b]! || row[a]! - row[b]!,
  );
  return chosen.map((at) => instanceAt(statistics, at));
};

/** The `most` instances of highest last loss, highest first; ties by (shard, row). O(instances · log most).
 * @param leastStep instances last visited before it are left out, see {@link recentFrom} */
export const hardest = (statistics: InstanceStatistics, most: number, leastStep = 0): RankedInstance[] =>
  largestBy(
    statistics,
    most,
    (at) => statistics.lastStep[at]! >= leastStep,
    (at) => statistics.lastLoss[at]!,
  );

/** The `most` instances of highest sample variance among those with at least `leastVisits` ≥ 2 visits, as {@link hardest}. */
export const noisiest = (statistics: InstanceStatistics, most: number, leastVisits = 3): RankedInstance[] =>
  largestBy(
    statistics,
    most,
    (at) => statistics.visits[at]! >= Math.max(2, leastVisits),
    (at) => statistics.squares[at]! / (statistics.visits[at]! - 1),
  );

/** The `most` instances whose last loss is farthest above their lowest, as {@link hardest}; those that are at their lowest are
 * not forgotten, and left out. */
export const forgotten = (statistics: InstanceStatistics, most: number): RankedInstance[] => {
  const { lastLoss, minLoss } = statistics;
  return largestBy(
    statistics,
    most,
    (at) => lastLoss[at]! > minLoss[at]!,
    (at) => lastLoss[at]! - minLoss[at]!,
  );
};
