/** @file A run's summary as a person reads it. */
import { type Summary, meanOver } from "../summary.ts";
import { count, duration, nats } from "./progress-line.ts";
import { percent } from "../study/quantities.ts";
import { textTable } from "./text-table.ts";

type HeldOut = Summary["heldOut"][string];

/** Columns that only text has: perplexity, bits of a byte, unigram entropy. */
const textCells = ({ last }: HeldOut): string[] =>
  last.bitsPerByte === undefined
    ? []
    : [last.perplexity!.toFixed(1), last.bitsPerByte.toFixed(3), last.unigramEntropy!.toFixed(3)];

/** First and last losses by domain, and their means. */
const heldOutTable = (summary: Summary): string => {
  const domains = Object.entries(summary.heldOut);
  const isText = domains.every(([, { last }]) => last.bitsPerByte !== undefined);
  const mean = (of: (domain: HeldOut) => number | undefined): number =>
    meanOver(summary, (domain) => of(domain) ?? Number.NaN);
  return textTable([
    [
      "held-out",
      `loss, step ${summary.evaluatedAt?.first}`,
      `step ${summary.evaluatedAt?.last}`,
      ...(isText ? ["perplexity", "bits/byte", "unigram entropy"] : []),
      "share",
      "passes",
    ],
    ...domains.map(([name, domain]) => [
      name,
      nats(domain.first.loss),
      nats(domain.last.loss),
      ...textCells(domain),
      percent(summary.realisedShares[name]?.realised ?? 0),
      (summary.passes[name] ?? 0).toFixed(2),
    ]),
    [
      "mean",
      nats(mean(({ first }) => first.loss)),
      nats(mean(({ last }) => last.loss)),
      ...(isText
        ? [
            "",
            mean(({ last }) => last.bitsPerByte).toFixed(3),
            mean(({ last }) => last.unigramEntropy).toFixed(3),
          ]
        : []),
    ],
  ]);
};

/** Held-out results by domain, rate, shares, and where everything lies. */
export const summaryText = (summary: Summary, folder: string): string => {
  const parts: string[] = [];
  const { evaluatedAt } = summary;
  if (evaluatedAt !== null && evaluatedAt.last > evaluatedAt.first) parts.push(heldOutTable(summary));
  const { steps, plannedSteps, tokens, seconds, tokensPerSecond, ledger, weighing, coverage } = summary;
  const done = steps === plannedSteps ? `${steps} steps` : `${steps} of ${plannedSteps} steps`;
  parts.push(
    `${done}, ${count(tokens)} tokens in ${duration(seconds)}, ${count(tokensPerSecond)} tokens/s on ${summary.engine}`,
    `weights: ESS ${weighing.ess.toFixed(1)} rows a batch, M·w_max up to ${weighing.maxWeightTimesSize.toFixed(2)}, gamma ${weighing.gamma.toFixed(4)} nats, rho ${weighing.rho.toFixed(3)}`,
    `ledger: ${count(ledger.observations)} observations of ${count(ledger.instances)} instances (${percent(coverage)} of them all), ${count(ledger.bytes)}B`,
    `all of it lies in ${folder}: summary.json, metrics.jsonl, checkpoints/, ledger/`,
  );
  return `${parts.join("\n")}\n`;
};
