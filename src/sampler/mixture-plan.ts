/** @file The mixture over time: which weights hold at a step, and how far each domain is from its share. */
import { ConfigError, mustBe } from "../errors.ts";
import { nextDomain, quantiseWeights, wholeParts } from "./mixture.ts";
import type { MixtureStage, MixtureWeights } from "./options.ts";

/** Where the mixture stands; plain data. Shapes [D] are in the order of the domains' names. */
export interface MixtureState {
  /** Integers of 2⁻³² that sum to 1. */
  readonly parts: readonly number[];
  /** Requested less realised slots so far, integers of 2⁻³² slots; Σ = 0. */
  readonly credits: readonly number[];
  /** Changes still ahead, by step. */
  readonly pending: readonly MixtureStage[];
}

/** The mixture before step 1: configured weights or stages, or in proportion to `rows`, shape [D].
 * @throws {ConfigError} for a domain that does not exist, weights that sum to 0, stages that do not start at 1 and rise */
export const startMixture = (
  configured: MixtureWeights | readonly MixtureStage[] | undefined,
  names: readonly string[],
  rows: readonly number[],
): MixtureState => {
  const credits = names.map(() => 0);
  if (configured === undefined) return { parts: quantiseWeights(rows), credits, pending: [] };
  const stages: readonly MixtureStage[] = areStages(configured)
    ? configured
    : [{ fromStep: 1, weights: configured }];
  stages.forEach(({ fromStep, weights }, at) => {
    const before = at === 0 ? 0 : stages[at - 1]!.fromStep;
    if (at === 0 ? fromStep !== 1 : fromStep <= before)
      throw new ConfigError(
        mustBe(
          `fromStep of stage ${at}`,
          at === 0 ? "1" : `more than ${before}, that of the stage before it`,
          fromStep,
        ),
        { keyPath: `sampler.mixture.${at}.fromStep` },
      );
    weightsOf(weights, names);
  });
  return { parts: weightsOf(stages[0]!.weights, names), credits, pending: stages.slice(1) };
};

/** Adds a change; one for the same step replaces what was planned for it.
 * @throws {ConfigError} for a domain that does not exist or weights that sum to 0 */
export const planChange = (
  state: MixtureState,
  change: MixtureStage,
  names: readonly string[],
): MixtureState => {
  weightsOf(change.weights, names);
  const others = state.pending.filter(({ fromStep }) => fromStep !== change.fromStep);
  return { ...state, pending: [...others, change].toSorted((a, b) => a.fromStep - b.fromStep) };
};

/** The mixture with all changes up to `step` made. Credits carry over, so that a domain of small weight gets its slots even if
 * weights change at every step; what a dropped domain was owed passes to the heaviest. After a change, realised and requested
 * may differ by more than one slot until the backlog is worked off. */
export const mixtureAt = (state: MixtureState, step: number, names: readonly string[]): MixtureState => {
  const due = state.pending.findLast(({ fromStep }) => fromStep <= step);
  if (due === undefined) return state;
  const parts = weightsOf(due.weights, names);
  const heaviest = parts.indexOf(Math.max(...parts));
  const owed = state.credits.reduce((total, credit, domain) => total + (parts[domain] === 0 ? credit : 0), 0);
  const credits = state.credits.map(
    (credit, domain) => (parts[domain] === 0 ? 0 : credit) + (domain === heaviest ? owed : 0),
  );
  return { parts, credits, pending: state.pending.filter(({ fromStep }) => fromStep > step) };
};

/** Domains of the next `slots` slots, shape [slots], and the mixture after them. O(slots · D). */
export const assignSlots = (
  state: MixtureState,
  slots: number,
): { domains: Uint16Array; after: MixtureState } => {
  const credits = Float64Array.from(state.credits);
  const domains = Uint16Array.from({ length: slots }, () => nextDomain(state.parts, credits));
  return { domains, after: { ...state, credits: Array.from(credits) } };
};

/** Slots that a domain with `realised` draws should have had by now. */
export const requestedOf = (state: MixtureState, domain: number, realised: number): number =>
  realised + state.credits[domain]! / wholeParts;

const areStages = (
  configured: MixtureWeights | readonly MixtureStage[],
): configured is readonly MixtureStage[] => Array.isArray(configured);

const weightsOf = (weights: MixtureWeights, names: readonly string[]): number[] => {
  for (const name of Object.keys(weights))
    if (!names.includes(name))
      throw new ConfigError(mustBe("domain", `one of ${names.join(", ")}`, name), {
        keyPath: `sampler.mixture.${name}`,
        hint: "name domains as the corpus does; `counterweight inspect` lists them",
      });
  const vector = names.map((name) => weights[name] ?? 0);
  const bad = vector.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (bad >= 0)
    throw new ConfigError(mustBe("weight", "finite and not negative", vector[bad]), {
      keyPath: `sampler.mixture.${names[bad]}`,
    });
  if (vector.every((weight) => weight === 0))
    throw new ConfigError("one weight at least must be positive, got none", { keyPath: "sampler.mixture" });
  return quantiseWeights(vector);
};
