/** @file `counterweight replay RUN --verify`: every batch, probability and weight of a past run, derived again and compared. */
import { EngineError, LedgerError, SamplerError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import type { LedgerPosition } from "../../ledger/journal/history.ts";
import type { Observations } from "../../ledger/log/observations.ts";
import { checkIsRun, placesOf } from "../../run-folder.ts";
import { isFusible } from "../../weighing/final-weights.ts";
import { type Weighing, createWeighing } from "../../weighing/weighing.ts";
import { differenceError, differenceOfDraws, differenceOfWeights } from "./difference.ts";
import { type CheckedTokens, DrawnBlocks, checkTokens } from "./drawn-blocks.ts";
import type { RecordedRun } from "./recorded-run.ts";
import { type RedrawnStep, openRedraw } from "./redraw.ts";

/** How a run is verified. */
export interface VerifyOptions {
  readonly files: Files;
  /** As of `ReplayedLosses`. */
  readonly scratchPath: string;
  /** Whether the tokens of every block that was drawn from are read and checked. */
  readonly tokens: boolean;
  /** How far a weight may be off, relative; see {@link weightTolerance} when left out. */
  readonly tolerance?: number | undefined;
  /** Called after every step and block; may throw to end the work. */
  readonly onProgress?: (progress: {
    readonly of: "steps" | "blocks";
    readonly done: number;
    readonly all: number;
  }) => void;
}

/** What was proven. */
export interface Proof {
  readonly branch: number;
  readonly steps: number;
  readonly draws: number;
  readonly windows: number;
  /** Where the reference stood that scores were made with; null without one. */
  readonly reference: LedgerPosition | null;
  /** Weights that are those derived here bit for bit, and the farthest of the others, relative. */
  readonly weights: { readonly exact: number; readonly farthest: number; readonly tolerance: number };
  /** Null when they were not asked for. */
  readonly tokens: CheckedTokens | null;
  readonly seconds: number;
}

/** How far weights may be from those derived here: 1e-5 where our trainer computes them in float32 inside its graph, 0 (bit for
 * bit) where they come from `weigh`. */
export const weightTolerance = ({ config, ownModel }: Pick<RecordedRun, "config" | "ownModel">): number => {
  const { batchSize, microBatchSize } = config.training;
  const isWhole = config.model.kind === "regression" || (microBatchSize ?? batchSize) === batchSize;
  return ownModel && isWhole && isFusible(config.weighing) ? 1e-5 : 0;
};

/** Proves a run from configuration, seed, corpus fingerprint, sampling version and event log, without a trainer.
 *
 * 1. Every step is drawn again, from scores of the losses that its lag lets it see, over those of its reference as it was then; rows, order, probabilities and bases must
 *    be those of the log bit for bit. The reader checks every byte of journal and log on the way.
 * 2. Its logged losses are weighed again; weights must be those of the log, within {@link weightTolerance}.
 * 3. The tokens of every block drawn from are read and held against the manifest.
 *
 * Losses themselves are the run's input: a log whose losses were altered is found by the weights and draws that follow from them.
 * @throws {LedgerError} at the first difference, by step and slot with both values, or where a checksum does not fit
 * @throws {ConfigError} when the run's reference is not there as it was, or the folder holds scores: nothing in it was drawn
 * @throws {SourceError|ShardError} when tokens cannot be read or are altered
 * O(steps · M log M + bytes of log and tokens); memory is that of the ledger's `cacheBytes` and 48 bytes a step. */
export const verifyRun = async (run: RecordedRun, options: VerifyOptions): Promise<Proof> => {
  const started = performance.now();
  await checkIsRun(options.files, run.folder);
  const { config, ledger, manifest } = run;
  const { files, scratchPath, tolerance = weightTolerance(run), onProgress } = options;
  const weighing = createWeighing(config.weighing);
  const drawn = new DrawnBlocks(run.blocks);
  const redraw = await openRedraw({ files, run, config, scratchPath });
  const weights = { exact: 0, farthest: 0, tolerance };
  let draws = 0;
  try {
    for await (const redrawn of asLedgerErrors(redraw.steps(), run)) {
      const derived = compareStep(run, redrawn, weighing, tolerance);
      countWeights(derived, redrawn.observed, weights);
      drawn.add(redrawn.draws);
      draws += redrawn.draws.size;
      onProgress?.({ of: "steps", done: redrawn.step, all: ledger.lastStep });
    }
    const refs = drawn.list();
    const tokens = options.tokens
      ? await checkTokens(config.corpus, manifest, refs, (done) =>
          onProgress?.({ of: "blocks", done, all: refs.length }),
        )
      : null;
    return {
      branch: ledger.branch,
      steps: ledger.lastStep,
      draws,
      windows: redraw.windows(),
      reference: redraw.reference,
      weights,
      tokens,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await redraw.close();
  }
};

/** Compares one step with the log. O(M log M).
 * @returns the derived weights, shape [M]
 * @throws {LedgerError} at the first difference */
const compareStep = (
  run: RecordedRun,
  { step, draws, observed }: RedrawnStep,
  weighing: Weighing,
  tolerance: number,
): Float64Array => {
  const facts = { size: draws.size, seed: run.config.seed };
  const { ledger } = placesOf(run.folder);
  const inDraws = differenceOfDraws(step, draws, observed);
  if (inDraws !== null) throw differenceError(inDraws, ledger, facts);
  const { weights } = weighAgain(run, weighing, observed, step);
  const inWeights = differenceOfWeights(step, weights, observed, tolerance);
  if (inWeights !== null) throw differenceError(inWeights, ledger, facts);
  return weights;
};

const weighAgain = (
  run: RecordedRun,
  weighing: Weighing,
  { loss, probability, base, domain, targets }: Observations,
  step: number,
): { readonly weights: Float64Array } => {
  try {
    return weighing.weigh({ losses: loss, probability, base, domain, targets }, step);
  } catch (error) {
    throw underivable(error, run, step);
  }
};

/** A log that no run can have written makes sampler or weighing fail; the log is to blame, not them. */
const underivable = (error: unknown, { folder }: RecordedRun, step: number): unknown => {
  if (!(error instanceof EngineError || error instanceof SamplerError)) return error;
  return new LedgerError(
    `step ${step} cannot be derived again: ${error.problem}`,
    {
      path: placesOf(folder).ledger,
      step,
      hint: "the log was altered after it was written; restore it from a copy",
    },
    error,
  );
};

async function* asLedgerErrors(
  steps: AsyncGenerator<RedrawnStep>,
  run: RecordedRun,
): AsyncGenerator<RedrawnStep> {
  let step = 1;
  try {
    for await (const redrawn of steps) {
      yield redrawn;
      step++;
    }
  } catch (error) {
    throw underivable(error, run, step);
  }
}

const countWeights = (
  derived: Float64Array,
  { weight }: Observations,
  counts: { exact: number; farthest: number },
): void => {
  for (const [slot, found] of weight.entries()) {
    const expected = Math.fround(derived[slot]!);
    if (Object.is(expected, found)) counts.exact++;
    else counts.farthest = Math.max(counts.farthest, Math.abs(found / expected - 1));
  }
};
