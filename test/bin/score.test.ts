import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { exportCommand } from "../../src/bin/export.ts";
import { replayCommand } from "../../src/bin/replay.ts";
import { reportCommand } from "../../src/bin/report.ts";
import { sampleCommand } from "../../src/bin/sample.ts";
import { scoreCommand } from "../../src/bin/score.ts";
import { commandHere } from "../support/command-here.ts";
import { runCommand, startCommand } from "../support/command.ts";
import { publishedModel, scoreInto, stepsIn, writeReadableCorpus } from "../support/scored-corpus.ts";
import { parquetRows } from "../support/run-tables.ts";
import { writeSmallCorpus } from "../support/small-corpus.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-score-command-"));
  await writeReadableCorpus(join(folder, "corpus"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const argsOf = (corpus: string, out: string, ...more: string[]): string[] =>
  ["score", publishedModel, "--corpus", corpus, "--out", out, "--threads", "1"].concat(more);
const here = (out: string, ...more: string[]): ReturnType<typeof commandHere> =>
  commandHere(scoreCommand(), argsOf(join(folder, "corpus"), join(folder, out), ...more).slice(1));

describe("counterweight score", () => {
  it("scores a corpus named by its folder, and says what the scores come to; what is there is not scored again", async () => {
    const first = await here("scores", "--batch-size", "10");
    expect([first.thrown, first.stderr]).toEqual([
      null,
      expect.stringMatching(/^scoring into \S+scores\n10 of 64 rows\n/),
    ]);
    const [table, end] = first.stdout.split(/(?=^scored: )/m);
    expect(table!.replaceAll(/\d+\.\d+/g, "X").replaceAll(/ +/g, " ")).toBe(
      "domain rows scored mean loss perplexity\nd0 40 40 X X\nd1 24 24 X X\nall 64 64 X X\n",
    );
    expect(end).toMatch(/^scored: \S+scores can be a run's ledger.reference\n$/);
    const again = await here("scores", "--batch-size", "10");
    expect(again.stderr).toBe("");
    expect(again.stdout).toMatch(/^all of it was scored before: /m);
    await scoreInto(folder, "expected");
    expect(await stepsIn(join(folder, "scores"))).toEqual(await stepsIn(join(folder, "expected")));
  });

  it("at Ctrl-C ends with 130, killed just so, and goes on when it is called again: to the same scores", async () => {
    await writeSmallCorpus(join(folder, "larger"), { rows: [900], seqLen: 16, vocabSize: 61 });
    const args = argsOf("larger/manifest.json", "stopped", "--batch-size", "1");
    const first = startCommand(args, { cwd: folder });
    await first.says("scoring into stopped");
    first.child.kill("SIGINT");
    const { code, stdout, stderr } = await first.ended;
    expect([code, stdout]).toEqual([130, ""]);
    expect(stderr).toMatch(/^stopping after this batch; once more to quit at once$/m);
    expect(stderr).toContain(
      "stopped: the scoring was stopped\nhint:  run the same command again: what is scored is kept\n",
    );
    const second = startCommand(args, { cwd: folder });
    await second.says("going on in stopped after ");
    second.child.kill("SIGKILL");
    expect((await second.ended).signal).toBe("SIGKILL");
    const third = await runCommand(args, { cwd: folder });
    expect([third.code, third.stdout]).toEqual([0, expect.stringMatching(/^d0 +900 +900 /m)]);
    const options = { manifest: join(folder, "larger/manifest.json"), batchSize: 1 };
    await scoreInto(folder, "unbroken", options);
    expect(await stepsIn(join(folder, "stopped"))).toEqual(await stepsIn(join(folder, "unbroken")));
  }, 60_000);

  it("takes the engines that there are, and threads for those that have them", async () => {
    expect((await here("none", "--engine", "abacus")).stderr).toContain(
      "Allowed choices are onnx cpu, onnx webgpu, tfjs tensorflow, tfjs wasm, tfjs cpu",
    );
    expect((await here("none", "--engine", "tfjs cpu")).stderr).toContain("error: --threads is for onnx");
    const { stderr } = await commandHere(scoreCommand(), [publishedModel, "--corpus", "corpus"]);
    expect(stderr).toContain("required option '--out <folder>' not specified");
  });

  it("refuses a corpus that the model cannot read, with the way out", async () => {
    await writeSmallCorpus(join(folder, "fewer"), { seqLen: 16, vocabSize: 60 });
    const args = argsOf("fewer", "fewer-scores");
    const { code, stderr } = await runCommand(args, { cwd: folder });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^error: the model's vocabulary must be the corpus' 60, got 61 \(.*\nhint: .*say so by --vocab-size 61\n$/,
      ),
    ]);
    const meant = argsOf(join(folder, "fewer"), join(folder, "fewer-scores"), "--vocab-size", "61");
    expect((await commandHere(scoreCommand(), meant.slice(1))).thrown).toBeNull();
  });
});

describe("scores", () => {
  it("are exported, and shown instance by instance, as a run's losses are", async () => {
    const to = join(folder, "exported");
    expect((await commandHere(exportCommand(), [join(folder, "scores"), "--to", to])).thrown).toBeNull();
    const rows = await parquetRows(join(to, "observations.parquet"));
    expect(rows).toHaveLength(64);
    expect(rows.every(({ trained, weight }) => trained === false && weight === 0)).toBe(true);
    const replay = await commandHere(replayCommand(), [join(folder, "scores"), "--instance", "0:17"]);
    expect(replay.thrown).toBeNull();
    expect(replay.stdout).toMatch(/^2 +\d\.\d{3} +1\.000 +1\.000 +0\.000 +scored$/m);
  });

  it("are no run: not proven, sampled from, reported or gone on with", async () => {
    const scores = join(folder, "scores");
    const refused = expect.objectContaining({
      message: `the folder must be a run's, got the scores of a model (${scores})`,
    });
    expect((await commandHere(replayCommand(), [scores, "--verify"])).thrown).toEqual(refused);
    expect((await commandHere(sampleCommand(), [scores])).thrown).toEqual(refused);
    const report = await commandHere(reportCommand(), [scores, "--out", join(folder, "report.html")]);
    expect(report.thrown).toEqual(refused);
  });
});
