import { describe, expect, it } from "vitest";

import { checkConfig } from "../../src/config/config.ts";
import { checkResumable, freeKeys } from "../../src/config/resume.ts";
import type { Pipeline } from "../../src/config/schema.ts";

const base: Pipeline = { steps: 10, corpus: { manifest: "m.json" } };
const check = (change: Partial<Pipeline>) => () =>
  checkResumable(checkConfig(base), checkConfig({ ...base, ...change }));

describe("resuming with another configuration", () => {
  it.each<[string, Partial<Pipeline>]>([
    ["steps", { steps: 20 }],
    ["evaluation", { evaluation: { everySteps: 3, rows: 7 } }],
    ["checkpoint cadence", { checkpoint: { everySteps: 3, retain: 9 } }],
    ["a moved corpus", { corpus: { manifest: "elsewhere/m.json" } }],
    ["caches", { corpus: { manifest: "m.json", cacheBytes: 2 ** 21 } }],
  ])("%s may change", (_name, change) => {
    expect(check(change)).not.toThrow();
  });

  it.each<[string, Partial<Pipeline>]>([
    ["seed", { seed: "other" }],
    ["training.batchSize", { training: { batchSize: 8 } }],
    ["sampler.keep", { sampler: { keep: 0.5 } }],
    ["engine.threads", { engine: { threads: 1 } }],
    ["weighing.strategy", { weighing: { strategy: "linupper" } }],
    ["ledger.emaAlpha", { ledger: { emaAlpha: 0.5 } }],
    ["model.layers", { model: { layers: 2 } }],
  ])("%s may not, and the error says what may", (keyPath, change) => {
    expect(check(change)).toThrow(`${keyPath} must stay as it was when a run is resumed (${keyPath})`);
    try {
      check(change)();
    } catch (error) {
      expect((error as { hint: string }).hint).toContain("these may change: steps, ");
    }
  });

  it("declares what may change beside each option", () => {
    expect(freeKeys().sort()).toEqual([
      "checkpoint.everySteps",
      "checkpoint.retain",
      "corpus.cacheBytes",
      "corpus.verify",
      "evaluation.everySteps",
      "evaluation.rows",
      "ledger.cacheBytes",
      "ledger.maxUncommittedSteps",
      "ledger.retainSteps",
      "steps",
    ]);
  });
});
