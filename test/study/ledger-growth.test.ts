import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { checkConfig } from "../../src/config/config.ts";
import type { Pipeline } from "../../src/config/schema.ts";
import { openRun } from "../../src/run.ts";
import { type LedgerGrowth, ledgerGrowth } from "../../src/study/ledger-growth.ts";
import { manifestOf } from "../../src/study/memory/run-memory.ts";
import { writeSmallCorpus } from "../support/small-corpus.ts";

let folder: string;
let manifest: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-growth-"));
  ({ manifestPath: manifest } = await writeSmallCorpus(join(folder, "corpus")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const growthOf = async (pipeline: Pipeline): Promise<LedgerGrowth> => {
  const config = checkConfig(pipeline);
  return ledgerGrowth(config, await manifestOf(config));
};
/** Bytes of files in a folder whose names begin so. */
const bytesOf = (inside: string, prefix: string): number =>
  readdirSync(inside)
    .filter((name) => name.startsWith(prefix))
    .reduce((sum, name) => sum + statSync(join(inside, name)).size, 0);

describe("a ledger's growth", () => {
  const synthetic = { corpus: { kind: "synthetic", instances: 400 }, model: { kind: "regression" } } as const;
  const text = (): Pick<Pipeline, "corpus" | "model" | "engine"> => ({
    corpus: { manifest },
    model: { layers: 1, heads: 1, width: 8 },
    engine: { threads: 1 },
  });

  it.each<[string, () => Pipeline]>([
    [
      "a regression on what matters",
      () => ({
        ...synthetic,
        steps: 150,
        sampler: { kind: "importance" },
        weighing: { strategy: "linupper" },
      }),
    ],
    [
      "a regression on all alike, whose records are short",
      () => ({ ...synthetic, steps: 150, sampler: { kind: "uniform" }, weighing: { strategy: "uniform" } }),
    ],
    [
      "a GPT",
      () => ({
        ...text(),
        steps: 60,
        training: { batchSize: 8 },
        sampler: { kind: "importance" },
        weighing: { strategy: "quadratic" },
      }),
    ],
  ])("is foretold of %s: rows to the byte, the journal within 3%", async (name, pipelineOf) => {
    const pipeline = pipelineOf();
    const { rows, journal, raw, pages } = await growthOf(pipeline);
    const dir = join(folder, name);
    const run = await openRun(pipeline, { dir });
    const summary = await run.start();
    const ledger = join(dir, "ledger");
    expect(rows).toBe(bytesOf(ledger, "sealed"));
    expect(Math.abs(journal / bytesOf(ledger, "journal") - 1)).toBeLessThan(0.03);
    // What the summary counts is raw still.
    expect(Math.abs((raw + journal) / summary.ledger.bytes - 1)).toBeLessThan(0.03);
    const instances = run.stages.sampler.shares().reduce((sum, share) => sum + share.rows, 0);
    expect(pages).toBe(28 * instances);
  });

  it("of a long run is that of many segments; what retainSteps gives up is not counted, its records are", async () => {
    const long: Pipeline = {
      ...synthetic,
      steps: 100_000,
      training: { batchSize: 512 },
      checkpoint: { everySteps: 100, retain: 2 },
    };
    const whole = await growthOf(long);
    const perRow = whole.rows / (100_000 * 512);
    expect(perRow).toBeGreaterThan(36.125);
    expect(perRow).toBeLessThan(36.2);
    expect(whole.raw).toBeGreaterThan(64 * 2 ** 20);
    expect(whole.raw).toBeLessThan(65 * 2 ** 20);

    const stepsInSegment = Math.ceil(whole.raw / 512 / 36.125);
    const some = await growthOf({ ...long, ledger: { retainSteps: 10_000 } });
    expect(some.rows).toBeGreaterThanOrEqual(10_000 * 512 * 36.125);
    expect(some.rows).toBeLessThan((10_000 + stepsInSegment) * 512 * 36.2);
    expect(some.journal).toBeGreaterThan(whole.journal);
    expect(some.journal).toBeLessThan(1.001 * whole.journal);

    // A checkpoint that is kept keeps the rows behind it.
    const checkpoint = { everySteps: 30_000, retain: 2 };
    const held = await growthOf({ ...long, checkpoint, ledger: { retainSteps: 10_000 } });
    expect(held.rows).toBeGreaterThanOrEqual(30_000 * 512 * 36.125);
  });
});
