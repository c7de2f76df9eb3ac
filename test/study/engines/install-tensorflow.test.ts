import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { EngineError } from "../../../src/errors.ts";
import { createFiles } from "../../../src/files.ts";
import type { BuildTools, buildTensorflow } from "../../../src/study/engines/build-tensorflow.ts";
import {
  installTensorflow,
  proveTensorflow,
  toolsOf,
} from "../../../src/study/engines/install-tensorflow.ts";
import { tfjsNode } from "../../../src/study/engines/tensorflow-parts.ts";

let folder: string;
let home: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-install-"));
  home = join(folder, "counterweight", "tfjs-node");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A package that answers the proof's questions as TensorFlow of that version would, or with a wrong product. */
const put = (where: string, { version = "2.21.0", product = 22 } = {}): void => {
  const path = join(where, tfjsNode.folder);
  mkdirSync(path, { recursive: true });
  writeFileSync(
    join(path, "index.js"),
    `module.exports = { tensor2d: () => 0, matMul: () => ({ dataSync: () => [0, 0, 0, ${product}] }), grad: () => () => ({ dataSync: () => [0, 0, 0, 8] }),
       version: { "tfjs-node": "4.22.0" }, backend: () => ({ binding: { TF_Version: "${version}" } }) };`,
  );
};
const tools: BuildTools = { npm: "true", python: "true", compiler: "true" };
const working: typeof buildTensorflow = async (_files, where) => put(where);
const install = (options: Partial<Parameters<typeof installTensorflow>[0]> = {}) =>
  installTensorflow({
    files: createFiles(),
    home,
    tools,
    machine: { platform: "linux", arch: "x64" },
    build: working,
    ...options,
  });
const versions = "tfjs-node 4.22.0, TensorFlow 2.21.0";
const forbidden: typeof buildTensorflow = () => Promise.reject(new EngineError("it was built again"));

describe("installTensorflow", () => {
  it("builds beside the place and moves it there; the second time there is nothing to do", async () => {
    const doing: string[] = [];
    expect(await install({ onProgress: (what) => doing.push(what) })).toEqual({
      home,
      versions,
      reused: false,
    });
    expect(doing).toEqual(["proving that it computes"]);
    expect(await install({ build: forbidden })).toEqual({ home, versions, reused: true });
    expect(readdirSync(dirname(home))).toEqual(["tfjs-node"]);
  });

  it.each([
    ["half of it", (): void => void mkdirSync(join(home, "node_modules"), { recursive: true })],
    ["another version", () => put(home, { version: "2.9.1" })],
    ["one that computes wrong", () => put(home, { product: 21 })],
  ])("replaces %s", async (_, prepare) => {
    prepare();
    const doing: string[] = [];
    expect(await install({ onProgress: (what) => doing.push(what) })).toMatchObject({
      reused: false,
      versions,
    });
    expect(doing[0]).toBe("what is installed does not work and is replaced");
  });

  it("leaves what is there, and nothing beside it, when a build fails or does not compute", async () => {
    put(home, { version: "2.9.1" });
    const failing: typeof buildTensorflow = async (_files, where) => {
      writeFileSync(join(where, "half"), "");
      throw new EngineError("no space for TensorFlow");
    };
    await expect(install({ build: failing })).rejects.toThrow("no space for TensorFlow");
    const wrong: typeof buildTensorflow = async (_files, where) => put(where, { product: 21 });
    await expect(install({ build: wrong })).rejects.toThrow("gave 21,8");
    expect(readdirSync(dirname(home))).toEqual(["tfjs-node"]);
    expect(existsSync(join(home, tfjsNode.folder, "index.js"))).toBe(true);
  });

  it("sweeps what installations that were killed have left, and no other's work", async () => {
    const gone = `${home}.building-999999999`;
    const alive = `${home}.building-${process.ppid}`;
    for (const left of [gone, alive]) mkdirSync(left, { recursive: true });
    await install();
    expect(readdirSync(dirname(home))).toEqual(["tfjs-node", `tfjs-node.building-${process.ppid}`]);
  });

  it("refuses other machines before it does anything", async () => {
    await expect(install({ machine: { platform: "darwin", arch: "arm64" } })).rejects.toMatchObject({
      message: "TensorFlow is built for linux x64 only, got darwin arm64",
      hint: "use engine.backend wasm, or the published package with its TensorFlow 2.9: npm i @tensorflow/tfjs-node",
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ["npm", "npm", "install npm, or name it in the variable NPM"],
    [
      "python",
      "Python 3 with pip",
      "install them (Debian: apt install python3-pip), or name a Python that has pip in the variable PYTHON",
    ],
    ["compiler", "a C++ compiler", "install one (Debian: apt install g++), or name it in the variable CXX"],
  ])("names a missing %s and how to get it", async (tool, what, hint) => {
    const lacking = { ...tools, [tool]: "counterweight-no-such-program" };
    await expect(install({ tools: lacking })).rejects.toMatchObject({
      message: `building TensorFlow needs ${what}: program counterweight-no-such-program is not installed`,
      hint,
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("proveTensorflow", () => {
  it("says versions, or what is wrong", async () => {
    put(home);
    expect(await proveTensorflow(home)).toBe(versions);
    put(home, { version: "2.9.1" });
    await expect(proveTensorflow(home)).rejects.toThrow(
      `TensorFlow must be version 2.21.0, got "tfjs-node 4.22.0, TensorFlow 2.9.1"`,
    );
    await expect(proveTensorflow(folder)).rejects.toThrow("Cannot find module");
  });
});

describe("toolsOf", () => {
  it("takes the variables' programs, or the usual ones", () => {
    expect(toolsOf({ PYTHON: "/opt/python", CXX: "clang++" })).toEqual({
      npm: "npm",
      python: "/opt/python",
      compiler: "clang++",
    });
    expect(toolsOf({ NPM: "pnpm" })).toEqual({ npm: "pnpm", python: "python3", compiler: "g++" });
  });
});
