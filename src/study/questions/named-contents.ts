/** @file What the instances say that answers name. */
import { CounterweightError } from "../../errors.ts";
import type { Files } from "../../files.ts";
import type { Instance } from "../replay/instance-name.ts";
import { type InstanceText, textsOf } from "../replay/instance-texts.ts";
import type { RecordedRun } from "../replay/recorded-run.ts";
import type { RunAnswers } from "./ask-run.ts";

/** Contents of named instances. */
export interface NamedContents {
  /** Content of an instance that was named; null where the corpus cannot be read. */
  readonly of: (instance: Instance) => InstanceText | null;
  /** Why there are none; null where there are. */
  readonly missing: string | null;
}

const keyOf = ({ shard, row }: Instance): string => `${shard}:${row}`;

/** Instances whose content is worth showing, each once: those ranked, examples of those never visited, and the first of each
 * group of duplicates, since the others say the same. */
export const namedInstances = ({
  hardest,
  noisiest,
  forgotten,
  neverVisited,
  duplicates,
}: RunAnswers): Instance[] => {
  const named = [
    ...[hardest, noisiest, forgotten].flatMap((ranked) => ranked ?? []),
    ...(neverVisited ?? []).flatMap(({ sample }) => sample),
    ...(duplicates?.largest ?? []).flatMap((group) => group.slice(0, 1)),
  ];
  return [...new Map(named.map(({ shard, row }) => [keyOf({ shard, row }), { shard, row }])).values()];
};

/** Reads the contents of instances. The answers hold without them, so a corpus that cannot be read is told, not thrown.
 * O(blocks touched); memory: the tokens of all of them. */
export const readContents = async (
  files: Files,
  run: RecordedRun,
  instances: readonly Instance[],
): Promise<NamedContents> => {
  if (instances.length === 0) return { of: () => null, missing: null };
  try {
    const texts = await textsOf(files, run, instances);
    const contents = new Map(instances.map((instance, at) => [keyOf(instance), texts[at]!]));
    return { of: (instance) => contents.get(keyOf(instance)) ?? null, missing: null };
  } catch (error) {
    if (!(error instanceof CounterweightError)) throw error;
    return { of: () => null, missing: error.message };
  }
};
