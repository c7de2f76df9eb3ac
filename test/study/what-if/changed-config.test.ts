import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { RecordedRun } from "../../../src/study/replay/recorded-run.ts";
import { readQuestion } from "../../../src/study/what-if/changed-config.ts";
import { quickFiles, rejection } from "../../support/ledger-on-disk.ts";
import { pipelineOver, record, reopen } from "../../support/recorded-runs.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
let run: RecordedRun;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-question-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  await record(join(folder, "run"), pipelineOver(manifestPath, { steps: 1 }));
  run = await reopen(join(folder, "run"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ask = (...overrides: string[]) => readQuestion(quickFiles, run, overrides);

describe("a question", () => {
  it("about weights leaves the draws alone", async () => {
    const { config, drawsAnew } = await ask("weighing.strategy=quadratic", "weighing.r=0.5");
    expect(drawsAnew).toBe(false);
    expect(config).toEqual({
      ...run.config,
      weighing: { ...run.config.weighing, strategy: "quadratic", r: 0.5 },
    });
  });

  it.each(["sampler.kind=uniform", "sampler.lag=3", "seed=other", "ledger.emaAlpha=0.5"])(
    "about %s draws anew",
    async (override) => {
      expect(await ask(override)).toMatchObject({ drawsAnew: true, config: { corpus: run.config.corpus } });
    },
  );

  it("keeps a reference where it is now, and may name another or none", async () => {
    const own = { ...run.config.ledger, reference: join(folder, "reference") };
    writeFileSync(join(folder, "run/config.json"), JSON.stringify({ ...run.config, ledger: own }));
    const moved = await reopen(join(folder, "run"), { reference: join(folder, "moved") });
    const asked = async (override: string) => {
      const { config, drawsAnew } = await readQuestion(quickFiles, moved, [override]);
      return [config.ledger.reference, drawsAnew];
    };
    expect(await asked("weighing.r=2")).toEqual([join(folder, "moved"), false]);
    expect(await asked("sampler.power=2")).toEqual([join(folder, "moved"), true]);
    expect(await asked(`ledger.reference=${join(folder, "other")}`)).toEqual([join(folder, "other"), true]);
    expect(await asked("ledger.reference=null")).toEqual([null, true]);
  });

  it("must change something that a replay can vary", async () => {
    expect(await rejection(ask())).toBe("ConfigError: a question must change something, got no --set");
    expect(await rejection(ask("training.batchSize=8"))).toBe(
      "ConfigError: training must stay as it was: recorded losses say nothing of another one (training)",
    );
    expect(await rejection(ask("corpus.verify=off"))).toContain("corpus must stay as it was");
    expect(await rejection(ask("weighing.strategy=best"))).toContain(
      "weighing.strategy must be one of uniform",
    );
  });
});
