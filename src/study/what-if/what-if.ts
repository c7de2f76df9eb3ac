/** @file `counterweight what-if`: what another weighing or sampler would have chosen on the losses that a run recorded. */
import type { Draws } from "../../draws.ts";
import type { Files } from "../../files.ts";
import type { Observations } from "../../ledger/log/observations.ts";
import { checkIsRun } from "../../run-folder.ts";
import { createWeighing } from "../../weighing/weighing.ts";
import type { RecordedRun } from "../replay/recorded-run.ts";
import { type RedrawnStep, openRedraw } from "../replay/redraw.ts";
import type { Question } from "./changed-config.ts";
import { type Choice, ChoiceTally } from "./choice-tally.ts";
import { type Overlap, OverlapCount } from "./overlap.ts";
import { type LossOrigins, type StandInLosses, standInLosses } from "./stand-in-losses.ts";

/** How a question is answered. */
export interface WhatIfOptions {
  readonly files: Files;
  /** As of `ReplayedLosses`. */
  readonly scratchPath: string;
  /** Called after every step; may throw to end the work. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** The answer: both ways side by side. */
export interface WhatIf {
  readonly steps: number;
  readonly domains: readonly string[];
  readonly recorded: Choice;
  readonly other: Choice;
  /** Null where the recorded batches were weighed anew: all draws are the same. */
  readonly overlap: Overlap | null;
  readonly losses: LossOrigins;
  /** Share of the weight that would have lain on other rows of the batch, ½Σ|p − p′|, mean over steps; null where rows differ. */
  readonly movedWeight: number | null;
}

/** A step of a run whose draws stay: the log's own rows. */
async function* recordedSteps({ ledger }: RecordedRun): AsyncGenerator<RedrawnStep> {
  let step = 0;
  for await (const observed of ledger.observations()) yield { step: (step += 1), draws: observed, observed };
}

const movedBetween = (weights: Float64Array, observed: Float32Array): number => {
  const sumOf = (values: Float64Array | Float32Array): number => {
    let sum = 0;
    for (const value of values) sum += value;
    return sum;
  };
  const [sum, recordedSum] = [sumOf(weights), sumOf(observed)];
  return weights.reduce(
    (moved, weight, slot) => moved + Math.abs(weight / sum - observed[slot]! / recordedSum) / 2,
    0,
  );
};

const allRecorded = ({ size, loss, targets }: Observations): StandInLosses => ({
  losses: loss,
  targets,
  origins: { recorded: size, earlier: 0, mean: 0 },
});

/** Weighs, and where the question asks for it draws, every step of a run again under another configuration.
 *
 * Scores of a window come from the recorded losses as the other lag lets it see them; a row that the run did not train on at that
 * step is weighed by its last recorded loss before it, one without any by the mean of the step. The result says how many
 * losses were such stand-ins. It says what would have been chosen on the recorded losses, not what would have become of them.
 * @throws {ConfigError} for a mixture that does not fit the corpus, or a reference that is not there,
 *   or a folder of scores, in which nothing was drawn
 * @throws {LedgerError} where the log is damaged
 * @throws {EngineError} for recorded losses that are not finite where the question's `nonFinite` is `error`
 * O(steps · M log M + bytes of the log); memory: the ledger's `cacheBytes`, 2 bits an instance, 48 bytes a step. */
export const whatIf = async (
  run: RecordedRun,
  question: Question,
  options: WhatIfOptions,
): Promise<WhatIf> => {
  await checkIsRun(options.files, run.folder);
  const { config, drawsAnew } = question;
  const { manifest, blocks, ledger } = run;
  const weighings = { recorded: createWeighing(run.config.weighing), other: createWeighing(config.weighing) };
  const tallies = {
    recorded: new ChoiceTally(manifest.domains.length),
    other: new ChoiceTally(manifest.domains.length),
  };
  const ordinalOf = (shard: number, row: number): number => blocks.ordinalOf(shard, row);
  const overlap = drawsAnew ? new OverlapCount(blocks.instances, ordinalOf) : null;
  const redraw = drawsAnew ? await openRedraw({ ...options, run, config }, true) : null;
  const losses = { recorded: 0, earlier: 0, mean: 0 };
  let moved = 0;

  const lossesOf = async (draws: Draws, observed: Observations): Promise<StandInLosses> =>
    redraw === null
      ? allRecorded(observed)
      : standInLosses(draws, observed, {
          ordinalOf,
          past: redraw.losses,
          fullTargets: manifest.seqLen - 1,
        });
  const answer = async ({ step, draws, observed }: RedrawnStep): Promise<void> => {
    const { loss, targets, weight, ...rest } = observed;
    const was = { ...rest, losses: loss, targets, used: weight };
    tallies.recorded.add(weighings.recorded.weigh(was, step).diagnostics);
    const standIn = await lossesOf(draws, observed);
    const { probability, base, domain } = draws;
    const would = { losses: standIn.losses, targets: standIn.targets, probability, base, domain };
    const { weights, diagnostics } = weighings.other.weigh(would, step);
    tallies.other.add(diagnostics);
    for (const origin of ["recorded", "earlier", "mean"] as const) losses[origin] += standIn.origins[origin];
    overlap?.add(observed, draws);
    moved += movedBetween(weights, weight);
  };

  try {
    for await (const redrawn of redraw?.steps() ?? recordedSteps(run)) {
      await answer(redrawn);
      options.onProgress?.(redrawn.step, ledger.lastStep);
    }
  } finally {
    await redraw?.close();
  }
  return {
    steps: ledger.lastStep,
    domains: manifest.domains.map(({ name }) => name),
    recorded: tallies.recorded.total(),
    other: tallies.other.total(),
    overlap: overlap?.total() ?? null,
    losses,
    movedWeight: drawsAnew ? null : moved / ledger.lastStep,
  };
};
