import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

import { firstLine, loadOnnxRuntime } from "../../../src/tensor/onnx/runtime.ts";

const dist = fileURLToPath(new URL("../../../dist", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "counterweight-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a user sees who runs our files beside a package of that content, or beside none. */
const loadBeside = (name: string, source?: string): { message: string; hint: string; code: string } => {
  const home = join(folder, name);
  cpSync(join(dist, "tensor"), join(home, "tensor"), { recursive: true });
  cpSync(join(dist, "errors.js"), join(home, "errors.js"));
  writeFileSync(join(home, "package.json"), `{ "type": "module" }`);
  if (source !== undefined) {
    const installed = join(home, "node_modules/onnxruntime-node");
    mkdirSync(installed, { recursive: true });
    writeFileSync(join(installed, "package.json"), `{ "name": "onnxruntime-node", "main": "index.cjs" }`);
    writeFileSync(join(installed, "index.cjs"), source);
  }
  const script = `const { openOnnxEngine } = await import("./tensor/onnx/engine.js");
    await openOnnxEngine({ backend: "cpu", threads: 1 }).catch(({ message, hint, code }) =>
      console.log(JSON.stringify({ message, hint, code })));`;
  return JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: home, encoding: "utf8" }),
  );
};

/** A package that looks like the runtime. */
const fake = (version: string): string =>
  `exports.Tensor = class {}; exports.InferenceSession = {}; exports.listSupportedBackends = () => [];
   exports.env = { versions: { node: "${version}" } };`;

describe("loadOnnxRuntime", () => {
  it("loads the installed package", async () => {
    const runtime = await loadOnnxRuntime();
    expect(runtime.env.versions.node).toMatch(/^1\./);
  });

  it("says how to install it when it is not there", () => {
    expect(loadBeside("absent")).toEqual({
      code: "CW_ENGINE",
      message: "package onnxruntime-node is not installed",
      hint: "run: npm i onnxruntime-node --ignore-scripts",
    });
  });

  it("says how to mend it when half of it is there", () => {
    const { message, hint } = loadBeside("half", `require("../bin/onnxruntime_binding.node")`);
    expect(message).toBe(
      "package onnxruntime-node does not load: Cannot find module '../bin/onnxruntime_binding.node'",
    );
    expect(hint).toBe(
      "install it anew: rm -rf node_modules/onnxruntime-node && npm i onnxruntime-node --ignore-scripts",
    );
  });

  it("refuses versions that it was not tested with, and packages that are something else", () => {
    const old = loadBeside("old", fake("1.9.2"));
    expect(old.message).toBe(`package onnxruntime-node must be version 1.30 or later, got "1.9.2"`);
    expect(old.hint).toBe("run: npm i onnxruntime-node@latest --ignore-scripts");
    expect(loadBeside("other", "exports.x = 1").message).toContain(`got "none"`);
  });

  it.each([
    ["1.30.0", true],
    ["1.31.1", true],
    ["2.0.0", true],
    ["1.29.9", false],
    ["", false],
    ["next", false],
  ])("version %s is accepted: %s", async (node, accepted) => {
    const fake = { Tensor: 1, InferenceSession: 1, listSupportedBackends: 1, env: { versions: { node } } };
    const outcome = await loadOnnxRuntime(async () => fake).then(
      () => true,
      () => false,
    );
    expect(outcome).toBe(accepted);
  });
});

describe("firstLine", () => {
  it("shortens what was thrown", () => {
    expect(firstLine(new TypeError("a\nb"))).toBe("a");
    expect(firstLine("x")).toBe("x");
  });
});
