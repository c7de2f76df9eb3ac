import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createFiles } from "../../src/files.ts";
import { type Summary, readSummary } from "../../src/summary.ts";
import { runCommand, startCommand } from "../support/command.ts";
import { readRunContent } from "../support/run-content.ts";
import { writeTextCorpus } from "../support/text-corpus.ts";

let folder: string;
const at = (...parts: string[]): string => join(folder, ...parts);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-train-"));
  await writeTextCorpus(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const train = (...args: string[]) => runCommand(["train", ...args], { cwd: folder });
const summaryOf = async (run: string): Promise<Summary> =>
  (await readSummary(createFiles(), at(run, "summary.json")))!;

describe("train", () => {
  it("shows its progress on stderr and its results on stdout, and leaves them in the run's folder", async () => {
    const { code, stdout, stderr } = await train("tiny.yaml", "--run", "plain", "--steps", "5");
    const [first, second, ...rest] = stderr.split("\n");
    expect(first).toBe("starting plain");
    expect(second).toMatch(/^step 1\/5 · loss 5\.\d{3} · ESS \d\.\d\/8 · .* · code \d+% novel \d+%$/);
    expect(rest).toEqual([""]);
    expect(stdout).toMatch(/^held-out +loss, step 0 +step 5/);
    expect(stdout).toMatch(/^5 steps, 640 tokens in [\d.]+ s, \S+( k)? tokens\/s on onnx cpu, 1 thread$/m);
    expect(stdout).toContain("all of it lies in plain: summary.json, metrics.jsonl, checkpoints/, ledger/\n");
    expect(code).toBe(0);
    expect(await summaryOf("plain")).toMatchObject({ steps: 5, plannedSteps: 5, tokens: 640 });
    expect(readdirSync(at("plain/checkpoints"))).toEqual(["step-000000004", "step-000000005"]);
    const config: unknown = JSON.parse(readFileSync(at("plain/config.json"), "utf8"));
    expect(config).toMatchObject({ seed: "texts", steps: 5, training: { batchSize: 8, beta2: 0.95 } });
  });

  it("numbers its runs by the pipeline's name", async () => {
    mkdirSync(at("runs/tiny-4"), { recursive: true });
    writeFileSync(at("runs/tiny-4/config.json"), "{}");
    mkdirSync(at("runs/tiny-old"));
    mkdirSync(at("runs/other-9"));
    const { stderr } = await train("tiny.yaml", "--steps", "1");
    expect(stderr).toMatch(/^starting runs\/tiny-5\n/);
    expect(existsSync(at("runs/tiny-5/summary.json"))).toBe(true);
  });

  it("refuses a run that cannot fit before anything is written", async () => {
    const sizes = ["model.width=2048", "training.batchSize=65536"].flatMap((key) => ["--set", key]);
    const { code, stderr } = await train("tiny.yaml", "--run", "large", ...sizes);
    expect(stderr).toMatch(
      /^error: estimated memory must be at most the \d+\.\d\d GB there are here, got \d+\.\d\d GB \(/,
    );
    expect(stderr).toMatch(/\nhint: {2}(set training\.microBatchSize to \d+|use a smaller model)/);
    expect(code).toBe(2);
    expect(existsSync(at("large"))).toBe(false);
  });

  it("takes overrides, and on resumption those that may change, with a pipeline or without", async () => {
    const first = await train("tiny.yaml", "--run", "more", "--steps", "4", "--set", "sampler.keep=0.75");
    expect(first.code).toBe(0);
    const second = await train("--run", "more", "--resume", "--steps", "6");
    expect(second.stderr).toMatch(/^resuming more after step 4\n/);
    expect(await summaryOf("more")).toMatchObject({ steps: 6, plannedSteps: 6 });
    const third = await train(
      "tiny.yaml",
      "--run",
      "more",
      "--resume",
      "4",
      "--steps",
      "5",
      "--set",
      "sampler.keep=0.75",
    );
    expect(third.stderr).toMatch(
      /^resuming more after step 4\ngoing on from step 4; steps up to 6 stay readable as branch 0\n/,
    );
    expect(await summaryOf("more")).toMatchObject({ steps: 5, plannedSteps: 5 });
    expect((await readRunContent(at("more"))).steps).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("Ctrl-C", () => {
  it("ends after the step with everything written, exit 130; resumed, the run is as without it", async () => {
    const steps = 600;
    const settings = ["--steps", String(steps), "--set", "checkpoint.everySteps=1000"];
    expect(await train("tiny.yaml", "--run", "whole", ...settings)).toMatchObject({ code: 0 });

    const { child, ended, says } = startCommand(["train", "tiny.yaml", "--run", "stopped", ...settings], {
      cwd: folder,
    });
    await says("step 1/");
    child.kill("SIGINT");
    const { code, stdout, stderr } = await ended;
    expect(stderr).toContain("stopping after this step; once more to quit at once\n");
    expect(stderr).toContain(
      "stopped: the run was stopped\nhint:  go on with: counterweight train --run stopped --resume\n",
    );
    expect(code).toBe(130);
    const { steps: done } = await summaryOf("stopped");
    expect(done).toBeLessThan(steps);
    expect(stdout).toContain(`${done} of ${steps} steps, `);
    expect((await readRunContent(at("stopped"))).steps.at(-1)).toBe(done);
    expect(readdirSync(at("stopped/checkpoints")).at(-1)).toBe(`step-${String(done).padStart(9, "0")}`);

    const resumed = await train("--run", "stopped", "--resume");
    expect(resumed.stderr).toMatch(new RegExp(`^resuming stopped after step ${done}\n`));
    expect(resumed.code).toBe(0);
    expect(await readRunContent(at("stopped"))).toEqual(await readRunContent(at("whole")));
  });

  it("a second one quits at once", async () => {
    // Steps of a second and more, so that the second signal finds the first's step under way.
    const slow = ["model.layers=4", "model.width=128", "training.batchSize=1024"].flatMap((key) => [
      "--set",
      key,
    ]);
    const { child, ended, says } = startCommand(["train", "tiny.yaml", "--run", "quit", ...slow], {
      cwd: folder,
    });
    await says("step 1/");
    child.kill("SIGINT");
    await says("stopping after this step");
    child.kill("SIGINT");
    const { code, signal, stdout, stderr } = await ended;
    // A shell reports this death as 130.
    expect({ code, signal }).toEqual({ code: null, signal: "SIGINT" });
    expect(stdout).toBe("");
    expect(stderr).toMatch(/stopping after this step; once more to quit at once\n$/);
    expect(existsSync(at("quit/summary.json"))).toBe(false);
  });
});
