/** @file A run's summary as a person reads it. */
import { type Summary, meanOver } from "../summary.ts";
import { count, duration } from "./progress-line.ts";
import { textTable } from "./text-table.ts";

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** Held-out results by domain, rate, shares, and where everything lies. */
export const summaryText = (summary: Summary, folder: string): string => {
  const domains = Object.entries(summary.heldOut);
  const parts: string[] = [];
  if (domains.length > 0)
    parts.push(
      textTable([
        ["held-out", "loss before", "after", "perplexity", "bits/byte", "unigram entropy", "share", "passes"],
        ...domains.map(([name, { first, last }]) => [
          name,
          first.loss.toFixed(3),
          last.loss.toFixed(3),
          last.perplexity.toFixed(1),
          last.bitsPerByte.toFixed(3),
          last.unigramEntropy.toFixed(3),
          percent(summary.realisedShares[name]?.realised ?? 0),
          (summary.passes[name] ?? 0).toFixed(2),
        ]),
        [
          "mean",
          meanOver(summary, ({ first }) => first.loss).toFixed(3),
          meanOver(summary, ({ last }) => last.loss).toFixed(3),
          "",
          meanOver(summary, ({ last }) => last.bitsPerByte).toFixed(3),
          meanOver(summary, ({ last }) => last.unigramEntropy).toFixed(3),
        ],
      ]),
    );
  const { steps, plannedSteps, tokens, seconds, tokensPerSecond, ledger, weighing, coverage } = summary;
  const done = steps === plannedSteps ? `${steps} steps` : `${steps} of ${plannedSteps} steps`;
  parts.push(
    `${done}, ${count(tokens)} tokens in ${duration(seconds)}, ${count(tokensPerSecond)} tokens/s on ${summary.engine}`,
    `weights: ESS ${weighing.ess.toFixed(1)} of a batch, M·w_max up to ${weighing.maxWeightTimesSize.toFixed(2)}, gamma ${weighing.gamma.toFixed(4)} nats, rho ${weighing.rho.toFixed(3)}`,
    `ledger: ${count(ledger.observations)} observations of ${count(ledger.instances)} instances (${percent(coverage)} of them all), ${count(ledger.bytes)}B`,
    `all of it lies in ${folder}: summary.json, metrics.jsonl, checkpoints/, ledger/`,
  );
  return `${parts.join("\n")}\n`;
};
