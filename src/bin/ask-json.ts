/** @file Answers about a run as another program reads them. */
import type { Manifest } from "../corpus/manifest.ts";
import type { RunAnswers } from "../study/questions/ask-run.ts";
import type { MeanLoss } from "../study/questions/mean-loss.ts";
import type { NamedContents } from "../study/questions/named-contents.ts";
import type { RankedInstance } from "../study/questions/ranked-instances.ts";
import type { Instance } from "../study/replay/instance-name.ts";

/** Answers as one JSON object with the keys of what was asked: domains by name, NaN as null, all digits of every number, and
 * tokens and text with each instance that is named. */
export const askJson = (answers: RunAnswers, { domains }: Manifest, contents: NamedContents): string => {
  const nameOf = (domain: number): string => domains[domain]?.name ?? String(domain);
  const withContent = <Named extends Instance>(instance: Named): Named & object => ({
    ...instance,
    ...contents.of(instance),
  });
  const ranked = (list: readonly RankedInstance[] | null): object[] | undefined =>
    list?.map((instance) => withContent({ ...instance, domain: nameOf(instance.domain) }));
  const { branch, steps, meanLoss, hardest, noisiest, forgotten, neverVisited, duplicates } = answers;
  const object = {
    branch,
    steps,
    byDomain: meanLoss === null ? undefined : byDomain(meanLoss, answers, nameOf),
    hardest: ranked(hardest),
    noisiest: ranked(noisiest),
    forgotten: ranked(forgotten),
    neverVisited: neverVisited?.map(({ sample, ...counts }, domain) => ({
      domain: nameOf(domain),
      ...counts,
      sample: sample.map(withContent),
    })),
    duplicates:
      duplicates === null
        ? undefined
        : {
            groups: duplicates.groups,
            domains: duplicates.domains.map((counts, domain) => ({ domain: nameOf(domain), ...counts })),
            largest: duplicates.largest.map((group) => ({ instances: group, ...contents.of(group[0]!) })),
          },
    textsMissing: contents.missing ?? undefined,
  };
  return `${JSON.stringify(object, null, 2)}\n`;
};

const byDomain = (
  { stepsPerBucket, buckets, domains, count, sum, mean, masked }: MeanLoss,
  { steps }: RunAnswers,
  nameOf: (domain: number) => string,
): object => {
  const first = Math.floor(steps.first / stepsPerBucket);
  return {
    stepsPerBucket,
    buckets: Array.from({ length: Math.max(0, buckets - first) }, (_, at) => {
      const bucket = first + at;
      return {
        first: Math.max(steps.first, bucket * stepsPerBucket),
        last: Math.min(steps.last, (bucket + 1) * stepsPerBucket - 1),
        domains: Array.from({ length: domains }, (_, domain) => {
          const cell = bucket * domains + domain;
          return {
            domain: nameOf(domain),
            losses: count[cell],
            sum: sum[cell],
            mean: mean[cell],
            masked: masked[cell],
          };
        }),
      };
    }),
  };
};
