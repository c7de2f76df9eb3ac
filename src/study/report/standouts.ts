/** @file The instances that a report shows one by one: which stand out, how they went, and what they say. */
import { CounterweightError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import { askLog } from "../questions/ask-log.ts";
import type { InstanceStatistics } from "../questions/instance-statistics.ts";
import {
  type RankedInstance,
  forgotten,
  hardest,
  noisiest,
  recentFrom,
} from "../questions/ranked-instances.ts";
import { type Trajectory, createTrajectories } from "../questions/trajectories.ts";
import type { Instance } from "../replay/instance-name.ts";
import { type InstanceText, textsOf } from "../replay/instance-texts.ts";
import type { ReportedRun } from "./reported-run.ts";

/** Instances of each kind. */
const listed = 5;

/** An instance with its life and content. */
export interface Standout extends Instance {
  /** Domain number. */
  readonly domain: number;
  /** What put it on its list: the last loss, the standard deviation, or the last loss less the lowest; nats per token. */
  readonly score: number;
  /** Every visit of the run. */
  readonly trajectory: Trajectory;
  /** Null where the corpus cannot be read. */
  readonly content: InstanceText | null;
}

/** Instances that stand out, most first in each list; an instance may be in several. */
export interface Standouts {
  /** By last loss, of those visited in the second half of the run. */
  readonly hardest: readonly Standout[];
  readonly noisiest: readonly Standout[];
  readonly forgotten: readonly Standout[];
  /** Why there is no content; null where there is. */
  readonly contentMissing: string | null;
}

const keyOf = ({ shard, row }: Instance): string => `${shard}:${row}`;

/** Contents in the order of the instances, or the reason why there are none. */
const contentsOf = async (
  files: Files,
  { recorded, corpusMissing }: ReportedRun,
  instances: readonly RankedInstance[],
): Promise<{ contents: InstanceText[] | null; contentMissing: string | null }> => {
  if (recorded === null) return { contents: null, contentMissing: corpusMissing };
  try {
    return { contents: await textsOf(files, recorded, instances), contentMissing: null };
  } catch (error) {
    if (!(error instanceof CounterweightError)) throw error;
    return { contents: null, contentMissing: error.message };
  }
};

/** Chooses instances by their statistics, reads their trajectories, and their texts from the corpus.
 * @param statistics over the whole run
 * @throws {LedgerError} where the log is damaged. O(rows of the log + blocks touched). */
export const standoutsOf = async (
  files: Files,
  run: ReportedRun,
  statistics: InstanceStatistics,
): Promise<Standouts> => {
  const lists = {
    hardest: hardest(statistics, listed, recentFrom(run.ledger.lastStep)),
    noisiest: noisiest(statistics, listed),
    forgotten: forgotten(statistics, listed),
  };
  const chosen = [
    ...new Map(Object.values(lists).flatMap((list) => list.map((one) => [keyOf(one), one]))).values(),
  ];
  const trajectories = createTrajectories(chosen);
  await askLog(run.ledger, [trajectories], { stepStart: run.ledger.firstStep });
  const lives = trajectories.result();
  const { contents, contentMissing } = await contentsOf(files, run, chosen);
  const places = new Map(chosen.map((instance, at) => [keyOf(instance), at]));
  const detailed = (
    list: readonly RankedInstance[],
    scoreOf: (instance: RankedInstance) => number,
  ): Standout[] =>
    list.map((instance) => {
      const at = places.get(keyOf(instance))!;
      const { shard, row, domain } = instance;
      const score = scoreOf(instance);
      return { shard, row, domain, score, trajectory: lives[at]!, content: contents?.[at] ?? null };
    });
  return {
    hardest: detailed(lists.hardest, ({ lastLoss }) => lastLoss),
    noisiest: detailed(lists.noisiest, ({ variance }) => Math.sqrt(variance)),
    forgotten: detailed(lists.forgotten, ({ forgetting }) => forgetting),
    contentMissing,
  };
};
