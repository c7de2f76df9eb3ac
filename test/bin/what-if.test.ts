import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { runCommand } from "../support/command.ts";
import { pipelineOver, record } from "../support/recorded-runs.ts";
import { writeSmallCorpus } from "../support/small-corpus.ts";

let folder: string;
let dir: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-what-if-command-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  dir = join(folder, "run");
  await record(dir, pipelineOver(manifestPath));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("counterweight what-if", () => {
  it("answers as text and as JSON", async () => {
    const weights = await runCommand(["what-if", dir, "--set", "weighing.strategy=quadratic"]);
    expect(weights.stdout).toMatch(
      /^60 steps under another choice.*\nESS .*of a batch's weight would have lain/s,
    );
    expect(weights.code).toBe(0);
    const set = ["sampler.kind=uniform", "weighing.strategy=uniform"];
    const { stdout } = await runCommand([
      "what-if",
      dir,
      "--json",
      ...set.flatMap((change) => ["--set", change]),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      set,
      steps: 60,
      other: { ess: 4, rho: 1 },
      overlap: { draws: 240 },
    });
  });

  it("refuses what recorded losses cannot answer", async () => {
    const { code, stderr } = await runCommand(["what-if", dir, "--set", "training.batchSize=8"]);
    expect(code).toBe(2);
    expect(stderr).toContain(
      "error: training must stay as it was: recorded losses say nothing of another one",
    );
    expect(stderr).toContain("hint:  a replay can vary seed, sampler, weighing, ledger");
  });
});
