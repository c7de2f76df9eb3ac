import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { checkConfig, readConfig, withAbsolutePaths } from "../../src/config/config.ts";
import { ConfigError } from "../../src/errors.ts";
import { createFiles } from "../../src/files.ts";

const files = createFiles();
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-config-"));
  path = join(folder, "run.yaml");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const failure = async (text: string, overrides: string[] = []): Promise<ConfigError> => {
  writeFileSync(path, text);
  const error = await readConfig(files, path, overrides).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  return error as ConfigError;
};

const good = "steps: 10\ncorpus:\n  manifest: data/manifest.json\n";

describe("readConfig", () => {
  it("fills in defaults, freezes, and resolves the manifest from the file's folder", async () => {
    writeFileSync(path, good);
    const config = await readConfig(files, path);
    expect(config.corpus).toMatchObject({ kind: "shards", manifest: join(folder, "data/manifest.json") });
    expect(config.sampler.lag).toBe(1);
    expect(config.training.batchSize).toBe(16);
    expect(Object.isFrozen(config.training)).toBe(true);
  });

  it("applies overrides as YAML; a path in one is relative to the working folder", async () => {
    writeFileSync(path, good);
    const overrides = ["training.learningRate=2e-3", "sampler.kind=importance", "corpus.manifest=other.json"];
    const config = await readConfig(files, path, overrides, "/somewhere");
    expect(config.training.learningRate).toBe(0.002);
    expect(config.sampler.kind).toBe("importance");
    expect(config.corpus).toMatchObject({ manifest: "/somewhere/other.json" });
  });

  it.each([
    [
      "a misspelt key, with what was meant",
      `${good}sampler:\n  kep: 0.5\n`,
      /^sampler\.kep is not a key that a pipeline knows \(sampler\.kep, .*run\.yaml:5\)$/,
      "did you mean keep?",
    ],
    [
      "a misspelt section",
      `${good}trainig: {}\n`,
      /^trainig is not a key that a pipeline knows \(trainig, .*run\.yaml:4\)$/,
      "did you mean training?",
    ],
    [
      "a key that nothing resembles, with those that are known",
      `${good}zzz: 1\n`,
      /^zzz is not a key/,
      /^known keys here: .*steps/,
    ],
    [
      "a missing key",
      "corpus:\n  manifest: m.json\n",
      /^steps must be .*, got nothing \(steps, .*run\.yaml\)$/,
      "add steps",
    ],
    [
      "a missing key further in",
      "steps: 3\ncorpus: {}\n",
      /^corpus\.manifest must be .*, got nothing \(corpus\.manifest, .*run\.yaml:2\)$/,
      "add corpus.manifest",
    ],
    [
      "a value out of bounds",
      `${good}sampler:\n  keep: 1.5\n`,
      /^sampler\.keep must be at most 1, got 1\.5 \(sampler\.keep, .*run\.yaml:5\)$/,
      /^give another value, .*--set sampler\.keep=/,
    ],
    [
      "a value of the wrong kind",
      good.replace("10", "many"),
      /^steps must be .*, got "many" \(steps, .*run\.yaml:1\)$/,
      /^give another value/,
    ],
    [
      "a rule between keys",
      `${good}model:\n  heads: 3\n`,
      /^model\.heads must divide model\.width, got 3 \(model\.heads, .*run\.yaml:5\)$/,
      /^give another value/,
    ],
    [
      "text that is not YAML",
      "steps: [1\n",
      /^the pipeline file is not YAML: .*run\.yaml:\d\)$/,
      /indentation/,
    ],
  ])("names %s", async (_name, text, message, hint) => {
    const error = await failure(text);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });

  it("refuses a folder, and says how to go on with a run's", async () => {
    const run = join(folder, "run");
    await files.makeFolder(run);
    await expect(readConfig(files, run)).rejects.toMatchObject({
      problem: "the pipeline file is a folder",
      hint: "name a YAML file",
    });
    await files.publish(join(run, "config.json"), "{}");
    await expect(readConfig(files, run)).rejects.toMatchObject({
      problem: "the pipeline file is a run's folder",
      hint: `go on with the run by --run ${run} --resume, or name a pipeline file`,
    });
  });

  it("makes the paths of a value absolute, and changes nothing else", () => {
    const given = checkConfig({
      steps: 3,
      corpus: { manifest: "data/manifest.json" },
      ledger: { reference: "/runs/a" },
    });
    const rooted = withAbsolutePaths(given);
    expect(rooted).toEqual({
      ...given,
      corpus: { ...given.corpus, manifest: resolve("data/manifest.json") },
    });
    expect(withAbsolutePaths(rooted)).toEqual(rooted);
    const made = checkConfig({
      steps: 3,
      corpus: { kind: "synthetic", instances: 64 },
      model: { kind: "regression" },
    });
    expect(withAbsolutePaths(made)).toEqual(made);
    expect(Object.isFrozen(rooted.corpus)).toBe(true);
  });

  it("takes model.from relative to the file, or to the working folder in an override", async () => {
    const path = join(folder, "from.yaml");
    await files.publish(path, `${good}model:\n  from: ../gpt2\n`);
    expect((await readConfig(files, path)).model).toMatchObject({ from: join(folder, "../gpt2") });
    for (const [value, from] of [
      ["gpt2", "/models/gpt2"],
      ["2024", "/models/2024"],
      ["null", null],
    ])
      expect((await readConfig(files, path, [`model.from=${value}`], "/models")).model).toMatchObject({
        from,
      });
  });

  it("names an override that is not key=value, and one with a wrong value", async () => {
    expect((await failure(good, ["steps"])).message).toBe('--set must be key.path=value, got "steps"');
    expect((await failure(good, ["steps=0"])).message).toMatch(
      /^steps must be at least 1, got 0 \(steps, --set steps\)$/,
    );
  });

  it("names a file that is not there", async () => {
    await expect(readConfig(files, join(folder, "none.yaml"))).rejects.toThrow(
      `the pipeline file does not exist (${join(folder, "none.yaml")})`,
    );
  });
});

describe("checkConfig", () => {
  it("takes a value without a file, and names key paths only", () => {
    const error = (() => {
      try {
        return checkConfig({ steps: 1, corpus: { manifest: "m" }, training: { batchSize: 0 } });
      } catch (thrown) {
        return thrown;
      }
    })();
    expect((error as ConfigError).message).toBe(
      "training.batchSize must be at least 1, got 0 (training.batchSize)",
    );
  });
});
