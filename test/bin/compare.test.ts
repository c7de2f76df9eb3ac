import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { runCommand, startCommand } from "../support/command.ts";

const pipeline = fileURLToPath(new URL("../../pipelines/regression.yaml", import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-compare-command-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command, with temporary folders where the test can see them. */
const surroundings = () => ({ cwd: folder, env: { TMPDIR: folder } });
/** Temporary folders of ours; ONNX Runtime leaves files of its own. */
const leftovers = (): string[] => readdirSync(folder).filter((name) => name.startsWith("counterweight-"));
const compare = (...args: string[]) => runCommand(["compare", pipeline, ...args], surroundings());

describe("counterweight compare", () => {
  it("prints a table and leaves nothing behind", async () => {
    const { code, stdout, stderr } = await compare(
      "--vary=weighing.strategy=uniform,linupper",
      "--vary=training.learningRate=0.2,0.8",
      "--set=steps=40",
      "--steps-to=0.01",
    );
    expect(stderr).toContain("run 1/4 · weighing.strategy=uniform training.learningRate=0.2 · step 1/40");
    expect(code).toBe(0);
    const rows = stdout.split("\n").map((line) => line.split(/ {2,}/));
    expect(rows[0]!.slice(0, 3)).toEqual(["strategy", "learningRate", "steps to 0.01"]);
    expect(rows.slice(1, 5).map(([name, rate]) => [name, rate])).toEqual([
      ["uniform", "0.2"],
      ["uniform", "0.8 *"],
      ["linupper", "0.2"],
      ["linupper", "0.8 *"],
    ]);
    expect(rows[6]).toEqual(["strategy", "rate 0.2", "rate 0.8"]);
    expect(leftovers()).toEqual([]);
  });

  it("prints the same runs as JSON, with checked values", async () => {
    const { stdout } = await compare("--vary", "weighing.r=1,infinite", "--set", "steps=6", "--json");
    const runs: unknown = JSON.parse(stdout);
    expect(runs).toMatchObject([
      { varied: { "weighing.r": 1 }, steps: 6 },
      { varied: { "weighing.r": "infinite" }, meanRho: 1, withinCap: 1, diverged: false, bestRate: null },
    ]);
    expect(Array.isArray(runs) && Object.keys(runs[0])).toEqual([
      "varied",
      "steps",
      "stepsToTarget",
      "heldOutLoss",
      "meanRho",
      "meanGamma",
      "minEss",
      "maxWeightTimesSize",
      "withinCap",
      "diverged",
      "bestRate",
    ]);
  });

  it("keeps folders that are runs like any other", async () => {
    await compare("--vary", "seed=a", "--set", "steps=3", "--keep", "kept");
    const { stdout } = await runCommand(["inspect", "kept/run-1"], surroundings());
    expect(stdout).toMatch(/corpus +150 k synthetic instances, 1\.00 k held out\nmodel +regression\n/);
    expect(stdout).toMatch(/held-out +loss, step \d+ +step \d+ +share +passes\nsynthetic /);
    rmSync(join(folder, "kept"), { recursive: true });
  });

  it("ends cleanly at Ctrl-C, and shows what was finished", async () => {
    const started = startCommand(["compare", pipeline, "--vary", "steps=3,100000"], surroundings());
    await started.says("steps=3: held-out loss");
    started.child.kill("SIGINT");
    const { code, stdout, stderr } = await started.ended;
    expect(stderr).toContain("stopping after this step");
    expect(stderr).toContain("stopped: the comparison was stopped");
    expect(code).toBe(130);
    expect(stdout.split("\n")).toHaveLength(3);
    expect(leftovers()).toEqual([]);
  });

  it.each([
    [["--vary", "steps"], '--vary must be key.path=a,b,…, got "steps"'],
    [["--vary", "stps=1,2"], "stps is not a key that a pipeline knows"],
    [["--vary", "model.kind=regression,gpt"], "model.kind must be regression on a synthetic corpus"],
    [["--vary", "steps=1", "--steps-to", "0"], "must be a number above 0"],
    [[], "required option '--vary <key.path=a,b,…>' not specified"],
  ])("refuses %s before anything runs", async (args, message) => {
    const { code, stdout, stderr } = await compare(...args);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, ""]);
    expect(leftovers()).toEqual([]);
  });
});

describe("counterweight train", () => {
  it("refuses a model that cannot learn from the corpus, and makes no folder", async () => {
    const path = join(folder, "pair.yaml");
    const refusal = async (text: string): Promise<string> => {
      writeFileSync(path, `steps: 2\n${text}`);
      const { code, stderr } = await runCommand(["train", path, "--run", "pair"], surroundings());
      expect([code, existsSync(join(folder, "pair"))]).toEqual([2, false]);
      return stderr;
    };
    expect(await refusal("corpus: { kind: synthetic, instances: 99 }\n")).toContain(
      'error: model.kind must be regression on a synthetic corpus, got "gpt" (model.kind)',
    );
    expect(await refusal("corpus: { manifest: m.json }\nmodel: { kind: regression }\n")).toContain(
      'error: corpus.kind must be synthetic for a regression, got "shards" (corpus.kind)',
    );
  });
});
