/** @file Losses for a batch that was never trained on: what the log says of its rows, and how well. */
import type { Draws } from "../../draws.ts";
import type { Observations } from "../../ledger/log/observations.ts";
import type { ReplayedLosses } from "../replay/replayed-losses.ts";

/** Where losses came from, in rows. */
export interface LossOrigins {
  /** Recorded at the same step. */
  readonly recorded: number;
  /** The row's last loss before the step stands in. */
  readonly earlier: number;
  /** The row had no loss yet: the mean of the step's recorded losses, of its domain where there are any, stands in. */
  readonly mean: number;
}

/** A batch's losses and active targets, shape [M]. */
export interface StandInLosses {
  readonly losses: Float32Array;
  readonly targets: Uint32Array;
  readonly origins: LossOrigins;
}

/** Mean of the finite losses of a step, over one domain or all. */
const meanOf = ({ loss, domain }: Observations, of: number | null): number => {
  let sum = 0;
  let rows = 0;
  for (let slot = 0; slot < loss.length; slot++) {
    if (!Number.isFinite(loss[slot]) || (of !== null && domain[slot] !== of)) continue;
    sum += loss[slot]!;
    rows++;
  }
  return sum / rows;
};

/** Losses of drawn rows at a step whose recorded rows are `observed`.
 * @param ordinalOf an instance's place in the corpus
 * @param past holds the losses of all steps before
 * @param fullTargets active targets of a row that was not recorded
 * O(M), and a page for each block that is not in memory. */
export const standInLosses = async (
  draws: Draws,
  observed: Observations,
  {
    ordinalOf,
    past,
    fullTargets,
  }: {
    readonly ordinalOf: (shard: number, row: number) => number;
    readonly past: Pick<ReplayedLosses, "lastLoss">;
    readonly fullTargets: number;
  },
): Promise<StandInLosses> => {
  const slots = new Map(
    Array.from(observed.row, (row, slot): [number, number] => [ordinalOf(observed.shard[slot]!, row), slot]),
  );
  const losses = new Float32Array(draws.size);
  const targets = new Uint32Array(draws.size).fill(fullTargets);
  const origins = { recorded: 0, earlier: 0, mean: 0 };
  for (let slot = 0; slot < draws.size; slot++) {
    const shard = draws.shard[slot]!;
    const row = draws.row[slot]!;
    const recorded = slots.get(ordinalOf(shard, row));
    if (recorded !== undefined) {
      losses[slot] = observed.loss[recorded]!;
      targets[slot] = observed.targets[recorded]!;
      origins.recorded++;
      continue;
    }
    const earlier = await past.lastLoss(shard, row);
    if (!Number.isNaN(earlier)) {
      losses[slot] = earlier;
      origins.earlier++;
      continue;
    }
    const ofDomain = meanOf(observed, draws.domain[slot]!);
    losses[slot] = Number.isNaN(ofDomain) ? meanOf(observed, null) : ofDomain;
    origins.mean++;
  }
  return { losses, targets, origins };
};
