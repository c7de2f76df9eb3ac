/** Training on the real corpus: TensorFlow ends where ONNX Runtime does, and where it ended before. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

import type { Summary } from "../../src/summary.ts";
import { runCommand } from "../support/command.ts";

const folder = mkdtempSync(join(tmpdir(), "counterweight-tensorflow-"));
afterAll(() => rmSync(folder, { recursive: true }));
const pipeline = fileURLToPath(new URL("../../pipelines/uniform.yaml", import.meta.url));
const corpus = process.env["CW_QUICKSTART"] ?? "data/quickstart";
const deep = process.env["CW_DEEP"] !== undefined;
const steps = deep ? 200 : 20;

const train = async (name: string, ...engine: string[]): Promise<Summary> => {
  const run = join(folder, name);
  const settings = [
    `corpus.manifest=${corpus}/manifest.json`,
    "evaluation.rows=16",
    `evaluation.everySteps=${steps}`,
    `checkpoint.everySteps=${steps}`,
    ...engine,
  ];
  const overrides = settings.flatMap((setting) => ["--set", setting]);
  const args = ["train", pipeline, "--run", run, "--steps", String(steps), ...overrides];
  const { code, stderr } = await runCommand(args);
  expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
  return JSON.parse(readFileSync(join(run, "summary.json"), "utf8"));
};

/** What a run computed: its losses, weights and held-out losses, and nothing of when. */
const lossesOf = (name: string): unknown[] =>
  readFileSync(join(folder, name, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const { loss, heldOut, gradientNorm } = JSON.parse(line) as Record<string, unknown>;
      return [loss, heldOut, gradientNorm];
    });

describe(`${steps} steps of the uniform pipeline`, () => {
  it("end within 1e-3 of ONNX Runtime's held-out losses, and repeat to the bit", async () => {
    const tensorflow = ["engine.kind=tfjs", "engine.backend=tensorflow"];
    const [onnx, tfjs] = [await train("onnx"), await train("tfjs", ...tensorflow)];
    await train("again", ...tensorflow);
    expect(tfjs.engine).toMatch(/^tfjs tensorflow 2\.\d+\.\d+/);
    expect(Object.keys(tfjs.heldOut).length).toBe(5);
    for (const [domain, { first, last }] of Object.entries(onnx.heldOut)) {
      const found = tfjs.heldOut[domain]!.last.loss;
      console.log(
        `${domain}: onnx ${last.loss.toFixed(5)}, tfjs ${found.toFixed(5)}, at first ${first.loss.toFixed(3)}`,
      );
      expect(last.loss).toBeLessThan(first.loss - 0.5);
      expect(Math.abs(found - last.loss)).toBeLessThan(1e-3);
    }
    expect(lossesOf("again")).toEqual(lossesOf("tfjs"));
  });
});
