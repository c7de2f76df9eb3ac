import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { exportCommand } from "../../src/bin/export.ts";
import { commandHere } from "../support/command-here.ts";
import { runCommand } from "../support/command.ts";
import { pipelineOver, record, rollBack } from "../support/recorded-runs.ts";
import { parquetRows } from "../support/run-tables.ts";
import { writeSmallCorpus } from "../support/small-corpus.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-export-command-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  await record(join(folder, "run"), pipelineOver(manifestPath, { steps: 20 }));
  await rollBack(join(folder, "run"), 10, 12);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const exportRun = (...args: string[]): ReturnType<typeof runCommand> =>
  runCommand(["export", "run", ...args], { cwd: folder });
const exportHere = (...args: string[]): ReturnType<typeof commandHere> =>
  commandHere(exportCommand(), [join(folder, "run"), ...args]);

describe("counterweight export", () => {
  it("writes a run's tables and says what it wrote", async () => {
    const { stdout, stderr, code } = await exportRun("--to", "out/");
    expect([stderr, code]).toEqual(["", 0]);
    expect(stdout.replaceAll(/[\d.]+ ?k?B/g, "SIZE").replaceAll(/ +/g, " ")).toBe(
      [
        "steps 1 to 12 of branch 1",
        "file rows size",
        "out/observations.parquet 48 SIZE",
        "out/steps.parquet 12 SIZE",
        "out/instances.parquet 76 SIZE",
        "out/shards.parquet 4 SIZE",
        "",
      ].join("\n"),
    );
    expect(readdirSync(folder).toSorted()).toEqual(["corpus", "out", "run"]);
  });

  it("writes another branch and some steps, and tells of it as JSON", async () => {
    const to = join(folder, "part");
    const { stdout } = await exportHere("--to", to, "--branch", "0", "--steps", "15:", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      folder: to,
      branch: 0,
      steps: { first: 15, last: 20 },
      tables: [{ name: "observations", path: join(to, "observations.parquet"), rows: 24 }, {}, {}, {}],
    });
    const steps = (await parquetRows(join(folder, "part/steps.parquet"))).map(({ step }) => step);
    expect(steps).toEqual([15, 16, 17, 18, 19, 20]);
  });

  it("refuses folders of others, steps that are not there, and to go without a folder", async () => {
    const others = await exportRun("--to", "corpus");
    expect([others.code, others.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^error: the folder holds d0-held-out.parquet, which is no export \(corpus\)\nhint: {2}choose/,
      ),
    ]);
    const none = join(folder, "none");
    expect((await exportHere("--to", none, "--steps", "5:30")).thrown).toMatchObject({
      code: "CW_CONFIG",
      problem: 'steps must be a range within 1:12, the steps of this run, got "5:30"',
    });
    expect((await exportHere()).stderr).toContain("required option '--to <dir>' not specified");
    expect((await exportHere("--to", none, "--steps", "x")).stderr).toContain("must be A:B, A: or :B");
  });
});
