import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { runCommand } from "../support/command.ts";

const data = mkdtempSync(join(tmpdir(), "counterweight-engines-"));
afterAll(() => rmSync(data, { recursive: true }));
const engines = (...args: string[]) =>
  runCommand(["engines", ...args], { env: { XDG_DATA_HOME: data, NPM: "no-such-npm" } });

describe("counterweight engines", () => {
  it("lists every engine, and the command that adds a missing one", async () => {
    const { code, stdout } = await engines();
    expect(code).toBe(0);
    for (const line of [
      /^onnx cpu +ready +1\.\d+\.\d+ +onnx cpu, \d+ threads?$/m,
      /^onnx webgpu +(ready|missing)/m,
      /^tfjs tensorflow +missing$/m,
      /^tfjs wasm +ready +4\.22\.\d+ +tfjs wasm$/m,
      /^tfjs cpu +ready +4\.22\.\d+ +tfjs cpu$/m,
      /^tfjs tensorflow: package .* is not installed\n {2}run: npx counterweight engines install tensorflow$/m,
      /^an NVIDIA GPU is used by/m,
    ])
      expect(stdout).toMatch(line);
  });

  it("install refuses what it cannot install, and says what it lacks", async () => {
    const { code, stderr } = await engines("install", "onnx");
    expect([code, stderr]).toEqual([
      5,
      expect.stringContaining(`engine to install must be tensorflow, got "onnx"`),
    ]);
    const lacking = await engines("install", "tensorflow");
    expect([lacking.code, lacking.stderr]).toEqual([
      5,
      expect.stringMatching(
        process.platform === "linux" && process.arch === "x64"
          ? /building TensorFlow needs npm: program no-such-npm is not installed/
          : /TensorFlow is built for linux x64 only/,
      ),
    ]);
  });
});
