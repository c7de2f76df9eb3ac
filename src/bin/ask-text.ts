/** @file Answers about a run as a person reads them: a table each, with the beginnings of the texts they name. */
import type { Manifest } from "../corpus/manifest.ts";
import type { RunAnswers } from "../study/questions/ask-run.ts";
import type { Duplicates } from "../study/questions/duplicates.ts";
import type { MeanLoss } from "../study/questions/mean-loss.ts";
import type { NamedContents } from "../study/questions/named-contents.ts";
import type { DomainNeverVisited } from "../study/questions/never-visited.ts";
import { type RankedInstance, recentFrom } from "../study/questions/ranked-instances.ts";
import type { Instance } from "../study/replay/instance-name.ts";
import { exactly, nats, percent } from "../study/quantities.ts";
import { withContents } from "./content-column.ts";

import { onTerminal } from "./terminal-text.ts";
import { textTable } from "./text-table.ts";

/** Instances of a group of duplicates that are named. */
const shownOfGroup = 4;

/** What the words are about. */
interface Place {
  readonly manifest: Manifest;
  readonly contents: NamedContents;
  /** Width of the terminal. */
  readonly columns: number;
}

const nameOf = ({ shard, row }: Instance): string => `${shard}:${row}`;
const domainName = ({ domains }: Manifest, domain: number): string =>
  onTerminal(domains[domain]?.name ?? String(domain));
const sumOf = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0);
const ofNone = (value: number, words: (value: number) => string): string =>
  Number.isFinite(value) ? words(value) : "-";

/** The steps of a bucket that a log has, or of all of them. */
const stepsWords = (first: number, last: number): string =>
  first === last ? `${first}` : `${first}-${last}`;

const meanLossText = (
  { domains, stepsPerBucket, buckets, sum, count, mean, masked }: MeanLoss,
  { steps }: RunAnswers,
  { manifest }: Place,
): string => {
  const lines: string[][] = [];
  for (let bucket = Math.floor(steps.first / stepsPerBucket); bucket < buckets; bucket++) {
    const [start, end] = [bucket * domains, (bucket + 1) * domains];
    const first = Math.max(steps.first, bucket * stepsPerBucket);
    const last = Math.min(steps.last, (bucket + 1) * stepsPerBucket - 1);
    lines.push([
      stepsWords(first, last),
      ...Array.from(mean.subarray(start, end), (loss) => ofNone(loss, nats)),
      ofNone(sumOf(sum.subarray(start, end)) / sumOf(count.subarray(start, end)), nats),
    ]);
  }
  const names = Array.from({ length: domains }, (_, domain) => domainName(manifest, domain));
  const notFinite = sumOf(masked);
  const note = notFinite === 0 ? "" : `${exactly(notFinite)} losses were not finite: no mean has them\n`;
  return `mean loss by domain\n${textTable([["steps", ...names, "all"], ...lines])}${note}`;
};

const rankedText = (
  title: string,
  ranked: readonly RankedInstance[],
  { manifest, contents, columns }: Place,
): string => {
  if (ranked.length === 0) return `${title}: there are none\n`;
  const table = textTable([
    ["instance", "domain", "visits", "last at", "first", "lowest", "last", "std dev"],
    ...ranked.map((instance) => [
      nameOf(instance),
      domainName(manifest, instance.domain),
      String(instance.visits),
      String(instance.lastStep),
      nats(instance.firstLoss),
      nats(instance.minLoss),
      nats(instance.lastLoss),
      ofNone(Math.sqrt(instance.variance), nats),
    ]),
  ]);
  return `${title}\n${withContents(table, ranked.map(contents.of), columns)}`;
};

const neverVisitedText = (
  domains: readonly DomainNeverVisited[],
  { steps }: RunAnswers,
  { manifest, contents, columns }: Place,
): string => {
  const all = sumOf(domains.map(({ instances }) => instances));
  const missing = sumOf(domains.map(({ neverVisited }) => neverVisited));
  const since = steps.first > 1 ? ` since step ${steps.first}` : "";
  const counts = textTable([
    ["domain", "instances", "never visited", "share"],
    ...domains.map(({ instances, neverVisited }, domain) => [
      domainName(manifest, domain),
      String(instances),
      String(neverVisited),
      ofNone(neverVisited / instances, percent),
    ]),
  ]);
  const samples = domains.flatMap(({ sample }, domain) =>
    sample.map((instance) => ({ instance, name: domainName(manifest, domain) })),
  );
  const examples = textTable(
    [["instance", "domain"], ...samples.map(({ instance, name }) => [nameOf(instance), name])],
    () => true,
  );
  const named = withContents(
    examples,
    samples.map(({ instance }) => contents.of(instance)),
    columns,
  );
  return `never visited: ${exactly(missing)} of ${exactly(all)} training instances have no loss${since}\n${counts}${samples.length === 0 ? "" : `\n${named}`}`;
};

const duplicatesText = (
  { domains, groups, largest }: Duplicates,
  { manifest, contents, columns }: Place,
): string => {
  const repeated = sumOf(domains.map((domain) => domain.repeated));
  const all = sumOf(domains.map(({ instances }) => instances));
  const title = `duplicates: ${exactly(repeated)} of ${exactly(all)} instances, held-out ones included, repeat an earlier one token by token`;
  if (groups === 0) return `${title}\n`;
  const counts = textTable([
    ["domain", "instances", "repeated", "share", "held out, in training"],
    ...domains.map(({ instances, repeated: own, heldOutInTraining }, domain) => [
      domainName(manifest, domain),
      String(instances),
      String(own),
      ofNone(own / instances, percent),
      String(heldOutInTraining),
    ]),
  ]);
  if (largest.length === 0) return `${title}\n${counts}`;
  const table = textTable(
    [
      ["alike", "instances"],
      ...largest.map((group) => {
        const more = group.length - shownOfGroup;
        const names = group.slice(0, shownOfGroup).map(nameOf).join(" ");
        return [String(group.length), more > 0 ? `${names} and ${exactly(more)} more` : names];
      }),
    ],
    (column) => column === 1,
  );
  const named = withContents(
    table,
    largest.map((group) => contents.of(group[0]!)),
    columns,
  );
  const shown = groups === 1 ? "one group" : `the largest of ${exactly(groups)} groups`;
  return `${title}\n${counts}\n${shown}\n${named}`;
};

/** Every answer that was asked for, in one order.
 * @param columns width of the terminal */
export const askText = (
  answers: RunAnswers,
  manifest: Manifest,
  contents: NamedContents,
  columns: number,
): string => {
  const { branch, steps, meanLoss, neverVisited, duplicates } = answers;
  const place = { manifest, contents, columns };
  const ranked = (title: string, list: readonly RankedInstance[] | null): string | null =>
    list === null ? null : rankedText(title, list, place);
  const dropped = steps.first > 1 ? ", whose rows the log has kept" : "";
  const parts = [
    steps.last === 0
      ? "the run has taken no step\n"
      : `steps ${steps.first} to ${steps.last} of branch ${branch}${dropped}; losses in nats per token\n`,
    meanLoss === null ? null : meanLossText(meanLoss, answers, place),
    ranked(
      `hardest: the highest last losses, of instances visited since step ${recentFrom(steps.last)}`,
      answers.hardest,
    ),
    ranked("noisiest: the largest spread between visits, of three or more", answers.noisiest),
    ranked("forgotten: last losses farthest above the instance's lowest", answers.forgotten),
    neverVisited === null ? null : neverVisitedText(neverVisited, answers, place),
    duplicates === null ? null : duplicatesText(duplicates, place),
    contents.missing === null ? null : `texts are left out: ${onTerminal(contents.missing)}\n`,
  ];
  return parts.filter((part) => part !== null).join("\n");
};
