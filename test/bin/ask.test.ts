import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { askCommand } from "../../src/bin/ask.ts";
import { commandHere } from "../support/command-here.ts";
import { runCommand } from "../support/command.ts";
import { pipelineOver, record, rollBack } from "../support/recorded-runs.ts";
import { writeTextCorpus } from "../support/text-corpus.ts";

let folder: string;
let dir: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-ask-command-"));
  await writeTextCorpus(folder);
  dir = join(folder, "run");
  await record(dir, pipelineOver(join(folder, "corpus", "manifest.json"), { steps: 40 }));
  await rollBack(dir, 20, 29);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const askHere = (...args: string[]): ReturnType<typeof commandHere> =>
  commandHere(askCommand(), [dir, ...args]);
const jsonOf = async (...args: string[]): Promise<unknown> =>
  JSON.parse((await askHere(...args, "--json")).stdout) as unknown;
const titlesOf = (text: string): string[] =>
  text
    .split("\n\n")
    .map((part) => part.split(/:|\n/)[0]!)
    .filter((title) => !title.startsWith("instance "));

describe("counterweight ask", () => {
  it("gives an overview where nothing is said", async () => {
    const { code, stdout, stderr } = await runCommand(["ask", "run"], { cwd: folder });
    expect([code, stderr]).toEqual([0, ""]);
    expect(titlesOf(stdout)).toEqual([
      "steps 1 to 29 of branch 1; losses in nats per token",
      "mean loss by domain",
      "hardest",
      "noisiest",
      "forgotten",
      "never visited",
    ]);
    expect(stdout).toMatch(
      /\n\nmean loss by domain\nsteps +novel +code +all\n1-2 +[\d.]+ +[\d.]+ +[\d.]+\n3-5 /,
    );
    expect(stdout).toMatch(/\n27-29( +[\d.]+){3}\n\nhardest/);
    expect(stdout).toMatch(/\n\d+:\d+ +(novel|code) +1 .* {2}\S+.*\w{3}/);
  });

  it("answers what it is asked, as many as are asked for", async () => {
    const { stdout } = await askHere("--by-domain", "15", "--hardest", "2", "--duplicates");
    expect(titlesOf(stdout).slice(0, 4)).toEqual([
      "steps 1 to 29 of branch 1; losses in nats per token",
      "mean loss by domain",
      "hardest",
      "duplicates",
    ]);
    expect(stdout).toMatch(
      /\n1-14 .*\n15-29 .*\n\nhardest: .* since step 15\n.*\n\d+:\d+ .*\n\d+:\d+ .*\n\nduplicates/,
    );
  });

  it("answers of an abandoned branch, as JSON", async () => {
    const answers = await jsonOf(
      "--branch",
      "0",
      "--noisiest",
      "--forgotten",
      "--never-visited",
      "--by-domain",
    );
    expect(answers).toMatchObject({
      branch: 0,
      steps: { first: 1, last: 40 },
      byDomain: { stepsPerBucket: 5, buckets: { length: 9 } },
      neverVisited: [
        { domain: "novel", sample: [{ text: expect.any(String) }, {}, {}] },
        { domain: "code", sample: [{ tokens: { length: 16 } }, {}, {}] },
      ],
    });
    expect(answers).not.toHaveProperty("hardest");
  });

  it("finds a corpus that has moved, and answers without texts where its shards are gone", async () => {
    const moved = join(folder, "moved");
    renameSync(join(folder, "corpus"), moved);
    const { thrown } = await askHere("--hardest", "1");
    expect(thrown).toMatchObject({ code: "CW_CONFIG" });
    const corpus = ["--corpus", join(moved, "manifest.json")];
    expect(await jsonOf("--hardest", "1", ...corpus)).toMatchObject({
      hardest: [{ text: expect.any(String) }],
    });
    renameSync(join(moved, "train"), join(moved, "elsewhere"));
    const { stdout } = await askHere("--hardest", "1", ...corpus);
    expect(stdout).toMatch(/\n\d+:\d+ .*\n\ntexts are left out: .*train/);
    expect((await askHere("--duplicates", ...corpus)).thrown).toMatchObject({ code: "CW_SOURCE" });
    renameSync(join(moved, "elsewhere"), join(moved, "train"));
    renameSync(moved, join(folder, "corpus"));
  });

  it("ends on Ctrl-C without an answer", async () => {
    const pressOnce = (event: string | symbol): void => {
      if (event !== "SIGINT") return;
      process.off("newListener", pressOnce);
      queueMicrotask(() => process.emit("SIGINT"));
    };
    process.on("newListener", pressOnce);
    expect(await askHere("--hardest")).toMatchObject({
      stdout: "",
      thrown: { code: "CW_INTERRUPTED", message: "the reading was stopped" },
    });
  });

  it("refuses numbers that are none, and folders without a run", async () => {
    expect((await askHere("--hardest", "0")).stderr).toContain("must be a whole number of at least 1");
    expect((await askHere("--by-domain", "x")).stderr).toContain(
      "option '--by-domain [steps]' argument 'x' is invalid. must be a whole number of at least 1",
    );
    expect((await askHere("--branch", "9")).thrown).toMatchObject({ code: "CW_LEDGER" });
    const none = await commandHere(askCommand(), [join(folder, "none")]);
    expect(none.thrown).toMatchObject({ code: "CW_CONFIG", problem: "there is no run in this folder" });
  });
});
