import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { standingAfter } from "../../../src/study/replay/standing.ts";
import { quickFiles, rejection } from "../../support/ledger-on-disk.ts";
import { observationsOf, pipelineOver, record, reopen } from "../../support/recorded-runs.ts";
import { writeSmallCorpus } from "../../support/small-corpus.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-standing-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  await record(join(folder, "run"), pipelineOver(manifestPath, { steps: 30 }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const standing = async (step: number, onStep?: (done: number) => void) =>
  standingAfter(
    { files: quickFiles, run: await reopen(join(folder, "run")), scratchPath: join(folder, "scratch") },
    step,
    onStep,
  );

describe("the ledger as it stood", () => {
  it("counts exactly the losses up to the step, by domain", async () => {
    const steps = await observationsOf(await reopen(join(folder, "run")));
    for (const after of [1, 17, 30]) {
      const last = new Map<string, { domain: number; loss: number; step: number }>();
      const visits = [0, 0];
      for (const rows of steps.slice(0, after))
        for (let slot = 0; slot < rows.size; slot++) {
          visits[rows.domain[slot]!]! += 1;
          const seen = { domain: rows.domain[slot]!, loss: rows.loss[slot]!, step: rows.step[slot]! };
          last.set(`${rows.shard[slot]}:${rows.row[slot]}`, seen);
        }
      const mean = (values: number[]): unknown =>
        values.length === 0 ? Number.NaN : expect.closeTo(values.reduce((a, b) => a + b) / values.length, 9);
      const domains = [0, 1].map((domain) => {
        const own = [...last.values()].filter((seen) => seen.domain === domain);
        return {
          name: `d${domain}`,
          rows: [40, 24][domain],
          seen: own.length,
          visits: visits[domain],
          lastLoss: mean(own.map(({ loss }) => loss)),
          age: mean(own.map(({ step }) => after - step)),
        };
      });
      expect(await standing(after)).toEqual({ step: after, branch: 0, domains });
    }
  });

  it("is empty before the first step, tells how far it is, and knows no step after the last", async () => {
    const { domains } = await standing(0);
    expect(domains.map(({ seen, visits }) => [seen, visits])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const done: number[] = [];
    await standing(4, (step) => done.push(step));
    expect(done).toEqual([1, 2, 3, 4]);
    expect(await rejection(standing(31))).toContain("ConfigError: step must be in 0 … 30");
  });
});
