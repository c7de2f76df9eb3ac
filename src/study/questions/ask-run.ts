/** @file The usual questions about a run, answered together: one pass over its log, and one over its corpus where that is asked for. */
import { openCorpusOf } from "../../corpus/open-corpus-of.ts";
import { type StepRange, stepRangeOf } from "../export/table-source.ts";
import type { RecordedRun } from "../replay/recorded-run.ts";
import { askLog } from "./ask-log.ts";
import { type Duplicates, findDuplicates } from "./duplicates.ts";
import { type InstanceStatistics, createInstanceStatistics } from "./instance-statistics.ts";
import { type MeanLoss, createMeanLoss } from "./mean-loss.ts";
import { type DomainNeverVisited, neverVisited } from "./never-visited.ts";
import { type RankedInstance, forgotten, hardest, noisiest, recentFrom } from "./ranked-instances.ts";

/** What is asked; what is left out is not answered. */
export interface RunQuestions {
  /** Mean loss by domain in buckets of this many steps, ≥ 1. */
  readonly stepsPerBucket?: number | undefined;
  /** How many instances to name, as are the two below. */
  readonly hardest?: number | undefined;
  readonly noisiest?: number | undefined;
  readonly forgotten?: number | undefined;
  /** How many to name of each domain. */
  readonly neverVisited?: number | undefined;
  /** How many groups to name; reads the whole corpus. */
  readonly duplicates?: number | undefined;
}

/** Answers to {@link RunQuestions}; null where nothing was asked. */
export interface RunAnswers {
  readonly branch: number;
  /** Steps that the answers are about: all whose rows were kept, both ends included; 0 … 0 for a run that took none. */
  readonly steps: StepRange;
  readonly meanLoss: MeanLoss | null;
  /** Of those visited in the second half of the run. */
  readonly hardest: readonly RankedInstance[] | null;
  /** Of those visited three times or more. */
  readonly noisiest: readonly RankedInstance[] | null;
  readonly forgotten: readonly RankedInstance[] | null;
  /** Index = domain number. */
  readonly neverVisited: readonly DomainNeverVisited[] | null;
  readonly duplicates: Duplicates | null;
}

type OnProgress = (unit: string, done: number, all: number) => void;

/** Answers questions about a run's branch.
 * @param onProgress told how many steps, then instances, were read of all there are to read; may throw to end the work
 * @throws {LedgerError} where the log is damaged
 * @throws {SourceError|ShardError} when duplicates are asked for and a shard is missing or damaged.
 *   O(bytes of the columns) and, for duplicates, of the corpus; memory as `createInstanceStatistics` and `findDuplicates` say */
export const askRun = async (
  run: RecordedRun,
  asked: RunQuestions,
  onProgress: OnProgress = () => {},
): Promise<RunAnswers> => {
  const { ledger, manifest, blocks } = run;
  const steps = stepRangeOf(run);
  const { stepsPerBucket } = asked;
  const meanLoss =
    stepsPerBucket === undefined ? null : createMeanLoss(manifest.domains.length, stepsPerBucket);
  const ofInstances = [asked.hardest, asked.noisiest, asked.forgotten, asked.neverVisited];
  const instances = ofInstances.some((most) => most !== undefined) ? createInstanceStatistics() : null;
  const questions = [meanLoss, instances].filter((question) => question !== null);
  if (questions.length > 0)
    await askLog(ledger, questions, {
      stepStart: steps.first,
      onStep: (step) => onProgress("steps", step - steps.first + 1, steps.last - steps.first + 1),
    });
  const statistics = instances?.result() ?? null;
  const answer = <Answer>(
    most: number | undefined,
    of: (statistics: InstanceStatistics, most: number) => Answer,
  ): Answer | null => (statistics === null || most === undefined ? null : of(statistics, most));
  return {
    branch: ledger.branch,
    steps,
    meanLoss: meanLoss?.result() ?? null,
    hardest: answer(asked.hardest, (of, most) => hardest(of, most, recentFrom(steps.last))),
    noisiest: answer(asked.noisiest, (of, most) => noisiest(of, most)),
    forgotten: answer(asked.forgotten, forgotten),
    neverVisited: answer(asked.neverVisited, (of, most) => neverVisited(of, blocks, most)),
    duplicates: asked.duplicates === undefined ? null : await duplicatesOf(run, asked.duplicates, onProgress),
  };
};

const duplicatesOf = async (run: RecordedRun, most: number, onProgress: OnProgress): Promise<Duplicates> => {
  const corpus = await openCorpusOf(run.config.corpus);
  try {
    return await findDuplicates(corpus, run.blocks, {
      most,
      onInstances: (done, all) => onProgress("instances", done, all),
    });
  } finally {
    await corpus.close();
  }
};
