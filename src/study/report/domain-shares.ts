/** @file What part of the draws and of the weight each domain had, beside the part that was asked for. */
import type { Config } from "../../config/schema.ts";
import type { Manifest } from "../../corpus/manifest.ts";
import { LedgerError, mustBe } from "../../errors.ts";
import { mixtureAt, planChange, startMixture } from "../../sampler/mixture-plan.ts";
import type { MixtureStage } from "../../sampler/options.ts";
import type { Aggregation } from "../questions/aggregation.ts";

/** Shape [domains] each. */
export interface DomainTotals {
  readonly rows: Float64Array;
  /** Sum of weights. */
  readonly weight: Float64Array;
}

/** Counts rows and sums weights by domain; a weight that is not finite counts as 0.
 * @throws {LedgerError} from `add`, for a domain that the corpus does not have */
export const createDomainTotals = (
  domains: number,
): Aggregation<"step" | "domain" | "weight", DomainTotals> => {
  const rows = new Float64Array(domains);
  const sums = new Float64Array(domains);
  return {
    columns: ["step", "domain", "weight"],
    add({ size, step, domain, weight }) {
      for (let slot = 0; slot < size; slot++) {
        const number = domain[slot]!;
        if (number >= domains)
          throw new LedgerError(mustBe("domain of a weight", `below ${domains}`, number), {
            step: step[slot]!,
          });
        rows[number]! += 1;
        if (Number.isFinite(weight[slot])) sums[number]! += weight[slot]!;
      }
    },
    result: () => ({ rows: rows.slice(), weight: sums.slice() }),
  };
};

/** Share of each domain that the mixture asked for, mean over steps 1 … `lastStep`: shape [domains], Σ = 1.
 * @param rows training rows of each domain
 * @param changes weights set from outside
 * @throws {ConfigError} for a mixture that does not fit the corpus. O(stages · domains). */
export const requestedShares = (
  { sampler }: Config,
  { domains }: Manifest,
  rows: readonly number[],
  changes: readonly MixtureStage[],
  lastStep: number,
): number[] => {
  const names = domains.map(({ name }) => name);
  let state = startMixture(sampler.mixture, names, rows);
  for (const change of changes) state = planChange(state, change, names);
  const shares = names.map(() => 0);
  for (let step = 1; step <= lastStep;) {
    state = mixtureAt(state, step, names);
    const end = Math.min(lastStep + 1, state.pending[0]?.fromStep ?? Infinity);
    const parts = state.parts;
    const whole = parts.reduce((sum, part) => sum + part, 0);
    for (const domain of shares.keys())
      shares[domain]! += ((parts[domain]! / whole) * (end - step)) / lastStep;
    step = end;
  }
  return shares;
};
