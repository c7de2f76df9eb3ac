import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { inspectCommand } from "../../src/bin/inspect.ts";
import { inspectScores } from "../../src/bin/inspect-scores.ts";
import { readScoresRecord } from "../../src/study/score/scores-folder.ts";
import { commandHere } from "../support/command-here.ts";
import { quickFiles } from "../support/ledger-on-disk.ts";
import { scoreInto, stopAt, writeReadableCorpus } from "../support/scored-corpus.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-inspect-scores-"));
  await writeReadableCorpus(join(folder, "corpus"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("inspect of scores", () => {
  it("shows whose they are and what they come to, also while rows are left", async () => {
    const scores = join(folder, "scores");
    await scoreInto(folder, "scores", stopAt(20));
    const record = await readScoresRecord(quickFiles, scores);
    const begun = await inspectScores(quickFiles, scores, record!);
    expect(begun).toMatch(
      /^scores of {4}\S+published-gpt2\nmodel {8}2 layers, 2 heads, 16 wide, 61 tokens; /,
    );
    expect(begun).toMatch(/^d0 +40 +20 +\d\.\d{3} +\d+\.\d\nd1 +24 +0 +- +-\nall +64 +20 /m);
    expect(begun).toMatch(/\nnot finished, 44 rows are left: go on with the same counterweight score\n$/);
    await scoreInto(folder, "scores");
    const whole = await inspectScores(quickFiles, scores, record!);
    expect(whole).toMatch(/^d1 +24 +24 /m);
    expect(whole).not.toContain("not finished");
    expect((await commandHere(inspectCommand(), [scores])).stdout).toBe(whole);
  });
});
