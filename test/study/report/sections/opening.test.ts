import { describe, expect, it } from "vitest";

import { isFinished, openingOf, sentenceOf } from "../../../../src/study/report/sections/opening.ts";
import { readable, smallFindings } from "../../../support/report-findings.ts";
import { fallingTrainer } from "../../../support/report-runs.ts";

describe("the opening", () => {
  it("says in a sentence how far a run went, and what that did to the loss", async () => {
    const findings = await smallFindings();
    expect(sentenceOf(findings)).toMatch(
      /^60 steps, 3\.84 k tokens in [\d.]+ s\. The held-out loss went from 8\.433 to \d\.\d{3} nats per token, the mean of 2 domains\.$/,
    );
    expect(sentenceOf(await smallFindings({ trainer: fallingTrainer(false) }))).toMatch(
      /No held-out rows were scored\.$/,
    );
  });

  it("has key figures, and everything that the run depends on", async () => {
    const words = readable(openingOf(await smallFindings()).text);
    expect(words).toMatch(
      /held-out loss, last \d\.\d{3} nats per token effective rows of a batch \d\.\d of 8/,
    );
    expect(words).toContain(
      "sampler importance by lastLoss, power 1, epsilon 0.2, lag 1; mixture in proportion",
    );
    expect(words).toMatch(/weighing strategy linupper, r 1, .* batch 8 rows/);
    expect(words).toContain("batch 8 rows of 8 tokens");
    expect(words).not.toContain("null");
    expect(words).toMatch(/engine falling versions counterweight \d/);
  });

  it("warns of a run that is not finished, and of a corpus that is gone", async () => {
    const findings = await smallFindings();
    const run = {
      ...findings.run,
      summary: undefined,
      config: { ...findings.run.config, steps: 1000 },
      corpusMissing: "the manifest is gone",
      recorded: null,
    };
    const unfinished = { ...findings, run };
    const dropped = {
      ...findings,
      run: { ...findings.run, ledger: { ...findings.run.ledger, firstStep: 1500 } },
    };
    expect(readable(openingOf(dropped).text)).toContain("Rows of the steps before 1,500 were dropped");
    expect([isFinished(findings), isFinished(unfinished)]).toEqual([true, false]);
    const words = readable(openingOf(unfinished).text);
    expect(words).toMatch(/This run is not finished: 60 of 1,000 steps are in its ledger\./);
    expect(words).toContain("requested shares are left out: the manifest is gone.");
    expect(words).toContain("versions not recorded before the run has ended");
  });
});
