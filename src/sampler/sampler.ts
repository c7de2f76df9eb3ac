/** @file The sampler: over domains a mixture, per domain a stream of windows; M draws a step, each with its probability. */
import { type Draws, createDraws } from "../draws.ts";
import { SamplerError, mustBe } from "../errors.ts";
import { assignSlots, mixtureAt, planChange, requestedOf, startMixture } from "./mixture-plan.ts";
import { type MixtureWeights, type SamplerOptions, keepOf } from "./options.ts";
import { type SamplerPosition, type SamplerState, positionFrom, stateOf } from "./sampler-state.ts";
import { type ScoreWindow, type StreamOptions, createStream, startPosition } from "./stream.ts";
import type { SampledBlock } from "./window.ts";

export type { SamplerState } from "./sampler-state.ts";
export type { ScoreWindow, StreamOptions } from "./stream.ts";
export type { SampledBlock } from "./window.ts";

/** What a sampler is made from. */
export interface SamplerSetup {
  readonly seed: string | number;
  /** M, draws a step. */
  readonly batchSize: number;
  readonly streams: readonly StreamOptions[];
  readonly options: SamplerOptions;
  /** Asked once a window, when its first row is drawn; needed for `importance`, never asked for `uniform`. */
  readonly score?: ScoreWindow | undefined;
}

/** How one domain has been drawn so far. */
export interface Share {
  readonly name: string;
  readonly domain: number;
  /** Slots it should have had by the mixture's weights; a fraction. */
  readonly requested: number;
  /** Slots it had. */
  readonly realised: number;
  /** The pass under way, from 0, and draws made in it. */
  readonly pass: number;
  readonly drawnInPass: number;
  /** Rows of the domain. */
  readonly rows: number;
}

/** Which instance next. Its draws follow from setup and scores alone: not from timing, workers or ranks. */
export interface Sampler {
  /** The M draws of a step, in slot order; steps come one after another, from 1. A call that fails changes nothing.
   * @throws {SamplerError} for another step than the next, and for impossible scores */
  next(step: number): Promise<Draws>;
  /** Blocks that the next draws come from, domain by domain: of the open windows and of those after them. */
  upcoming(): SampledBlock[];
  /** All that the draws of later steps depend on, as of the last step drawn. Shares its pools with the sampler: do not write to them. O(domains). */
  state(): SamplerState;
  /** Requested and realised draws, by domain, in the order of names. */
  shares(): Share[];
  /** Weights from `fromStep` on, which must not be drawn yet. No configuration and no state saved before holds them: they belong
   * into the run's log, and whoever restores such a state makes the change again.
   * @throws {SamplerError} for a step already drawn
   * @throws {ConfigError} for an unknown domain or weights that sum to 0 */
  changeMixture(fromStep: number, weights: MixtureWeights): void;
}

/** A sampler at its start, or where `state` left off.
 * @throws {SamplerError} for empty streams, importance without `score`, or a state that does not belong here
 * @throws {ConfigError} for a mixture that does not fit the domains */
export const createSampler = (setup: SamplerSetup, state?: SamplerState): Sampler => {
  const { seed, batchSize, options } = setup;
  checkSetup(setup);
  const score = options.kind === "uniform" ? undefined : setup.score;
  const settings = { ...options, seed, keep: keepOf(options), score };
  const streams = setup.streams
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((stream) => createStream(stream, settings));
  const names = streams.map(({ name }) => name);
  const rows = streams.map((stream) => stream.rows);
  let at: SamplerPosition =
    state === undefined
      ? {
          step: 0,
          mixture: startMixture(options.mixture, names, rows),
          streams: streams.map(() => startPosition),
        }
      : positionFrom(state, streams);
  // The batch being drawn has its domains already, before `at` says so.
  let asked = at.step;

  return {
    async next(step) {
      if (step !== at.step + 1)
        throw new SamplerError(mustBe("step of the batch", String(at.step + 1), step), {
          hint: "ask for batches in order, each after the one before it has come",
        });
      asked = step;
      const { domains, after } = assignSlots(mixtureAt(at.mixture, step, names), batchSize);
      const positions = [...at.streams];
      const draws = createDraws(batchSize);
      for (let slot = 0; slot < batchSize; slot++) {
        const which = domains[slot]!;
        const stream = streams[which]!;
        let position = positions[which]!;
        if (!stream.isReady(position)) position = await stream.open(position, step);
        positions[which] = stream.take(position, draws, slot);
      }
      const pending = at.mixture.pending.filter(({ fromStep }) => fromStep > step);
      at = { step, mixture: { ...after, pending }, streams: positions };
      return draws;
    },
    upcoming() {
      const { parts } = mixtureAt(at.mixture, at.step + 1, names);
      return streams.flatMap((stream, which) =>
        parts[which] === 0 ? [] : stream.upcoming(at.streams[which]!),
      );
    },
    state: () => stateOf(at, streams),
    shares: () =>
      streams.map(({ name, domain, rows }, which) => {
        const { drawn, drawnInPass, open } = at.streams[which]!;
        const requested = requestedOf(at.mixture, which, drawn);
        return { name, domain, requested, realised: drawn, pass: open?.window.pass ?? 0, drawnInPass, rows };
      }),
    changeMixture(fromStep, weights) {
      if (!Number.isInteger(fromStep) || fromStep <= asked)
        throw new SamplerError(mustBe("step of a mixture", `after step ${asked}, which is drawn`, fromStep));
      at = { ...at, mixture: planChange(at.mixture, { fromStep, weights }, names) };
    },
  };
};

const checkSetup = ({ batchSize, streams, options, score }: SamplerSetup): void => {
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new SamplerError(mustBe("batch size", "a whole number of at least 1", batchSize));
  if (streams.length === 0) throw new SamplerError(mustBe("streams", "one at least", 0));
  if (options.kind === "importance" && score === undefined)
    throw new SamplerError(mustBe("score", "given for importance sampling", score));
  const seen = new Set<string>();
  for (const { name, blocks } of streams) {
    if (seen.has(name)) throw new SamplerError(mustBe("name of a stream", "unlike the others", name));
    seen.add(name);
    if (blocks.length === 0) throw new SamplerError(mustBe(`blocks of domain ${name}`, "one at least", 0));
    const empty = blocks.find((block) => !(block.rows >= 1));
    if (empty !== undefined)
      throw new SamplerError(mustBe(`rows of a block in shard ${empty.shard}`, "at least 1", empty.rows));
  }
};
