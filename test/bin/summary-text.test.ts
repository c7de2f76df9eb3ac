import { describe, expect, it } from "vitest";

import { summaryText } from "../../src/bin/summary-text.ts";
import type { Summary } from "../../src/summary.ts";

const text = (loss: number) => ({
  rows: 64,
  loss,
  perplexity: Math.exp(loss),
  bitsPerByte: loss / 2,
  unigramEntropy: 5.75,
});
const summary: Summary = {
  steps: 1000,
  plannedSteps: 1000,
  tokens: 2_048_000,
  seconds: 125,
  tokensPerSecond: 16_384,
  evaluatedAt: { first: 0, last: 1000 },
  heldOut: { novel: { first: text(7.5), last: text(4) }, code: { first: text(7), last: text(3) } },
  realisedShares: {
    novel: { requested: 0.6, realised: 0.6004 },
    code: { requested: 0.4, realised: 0.3996 },
  },
  passes: { novel: 2.25, code: 2.5 },
  weighing: { ess: 14.25, maxWeightTimesSize: 1.912, gamma: 0.0321, rho: 1.0088 },
  coverage: 0.875,
  ledger: { observations: 16_000, instances: 7000, bytes: 1_230_000 },
  engine: "onnx cpu, 2 threads",
  versions: {},
};

describe("a summary", () => {
  it("shows held-out results by domain, rate, weights, ledger, and where it lies", () => {
    expect(summaryText(summary, "runs/a-1")).toBe(
      `held-out  loss, step 0  step 1000  perplexity  bits/byte  unigram entropy  share  passes
novel            7.500      4.000        54.6      2.000            5.750  60.0%    2.25
code             7.000      3.000        20.1      1.500            5.750  40.0%    2.50
mean             7.250      3.500                  1.750            5.750

1000 steps, 2.05 M tokens in 2 min 05 s, 16.4 k tokens/s on onnx cpu, 2 threads
weights: ESS 14.3 rows a batch, M·w_max up to 1.91, gamma 0.0321 nats, rho 1.009
ledger: 16.0 k observations of 7.00 k instances (87.5% of them all), 1.23 MB
all of it lies in runs/a-1: summary.json, metrics.jsonl, checkpoints/, ledger/
`,
    );
  });

  it("says how far a stopped run came, and leaves out what was not measured", () => {
    const words = summaryText({ ...summary, steps: 12, evaluatedAt: { first: 0, last: 0 } }, "r");
    expect(words).toMatch(/^12 of 1000 steps, /);
    expect(words).not.toContain("held-out");
  });

  it("leaves out of a regression what only text has", () => {
    const held = { rows: 9, loss: 2.5e-7 };
    const words = summaryText(
      { ...summary, heldOut: { all: { first: { rows: 9, loss: 1 }, last: held } } },
      "r",
    );
    expect(words).toMatch(/^held-out {2}loss, step 0 {2}step 1000 {2}share {2}passes\n/);
    expect(words).toContain("2.50e-7");
    expect(words).not.toContain("NaN");
  });
});
