import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { firstLine, installCommands, loadTfjs, placesOf, type Place } from "../../../src/tensor/tfjs/load.ts";

const folder = mkdtempSync(join(tmpdir(), "counterweight-tfjs-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A package beside no other, with that main file; null leaves it out. */
const place = (name: string, home: string, source: string | null, main = "index.js"): Place => {
  const installed = join(folder, home, "node_modules", name);
  mkdirSync(join(installed, main, ".."), { recursive: true });
  writeFileSync(join(installed, "package.json"), JSON.stringify({ name, main }));
  if (source !== null) writeFileSync(join(installed, main), source);
  return { package: name, from: join(folder, home, "package.json") };
};
const NODE = "@tensorflow/tfjs-node";
const absent: Place = { package: NODE, from: join(folder, "nowhere", "package.json") };

/** A package that looks like tfjs-node. */
const posing = (version: string): string =>
  `module.exports = { version_core: "${version}", engine: 1, tensor: 1, tidy: 1, getKernel: 1, setBackend: 1 };`;

describe("loadTfjs", () => {
  it.each(["cpu", "wasm"] as const)("loads the installed package for %s", (backend) => {
    const tfjs = loadTfjs(backend);
    expect(tfjs.version_core).toMatch(/^4\./);
    expect(tfjs.getKernel("BatchMatMul", backend)).toBeDefined();
  });

  it("looks for TensorFlow on a GPU, then where we put it, then in the project", () => {
    const places = placesOf("tensorflow");
    expect(places.map((at) => at.package)).toEqual(["@tensorflow/tfjs-node-gpu", NODE, NODE]);
    expect(String(places[1]!.from)).toContain("counterweight");
  });

  it("says how to install what is not there", () => {
    expect(() =>
      loadTfjs("tensorflow", [{ ...absent, package: "@tensorflow/tfjs-node-gpu" }, absent]),
    ).toThrow(
      expect.objectContaining({
        code: "CW_ENGINE",
        message: "package @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node is not installed",
        hint: "run: npx counterweight engines install tensorflow",
      }),
    );
    expect(installCommands.cpu).toBe(
      "npm i @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0",
    );
  });

  it("takes the first that is there", () => {
    const tfjs = loadTfjs("tensorflow", [
      absent,
      place(NODE, "first", posing("4.30.0")),
      place(NODE, "second", posing("4.31.0")),
    ]);
    expect(tfjs.version_core).toBe("4.30.0");
  });

  it.each([
    [
      "without its main file",
      "headless",
      null,
      /^package @tensorflow\/tfjs-node does not load: Cannot find module '.*index\.js'/,
    ],
    [
      "without its addon",
      "half",
      `require("./tfjs_binding.node")`,
      /does not load: Cannot find module '\.\/tfjs_binding\.node'$/,
    ],
  ])("says how to mend a package %s, and does not pass it over", (_, home, source, message) => {
    expect(() =>
      loadTfjs("tensorflow", [place(NODE, home, source), place(NODE, "sound", posing("4.22.0"))]),
    ).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(message),
        hint: "install it anew: npx counterweight engines install tensorflow",
      }),
    );
  });

  it("names the folder to remove where npm would keep it", () => {
    const name = "@tensorflow/tfjs-backend-wasm";
    expect(() => loadTfjs("wasm", [place(name, "broken", "throw new Error('bad\\nluck')")])).toThrow(
      expect.objectContaining({
        message: `package ${name} does not load: bad`,
        hint: `install it anew: rm -rf node_modules/${name} && ${installCommands.wasm}`,
      }),
    );
  });

  it.each([
    ["4.21.0", false],
    ["3.99.0", false],
    ["4.22.1", true],
    ["5.0.0", true],
  ])("version %s is accepted: %s", (version, accepted) => {
    const load = () => loadTfjs("tensorflow", [place(NODE, `version-${version}`, posing(version))]);
    if (accepted) expect(load().version_core).toBe(version);
    else
      expect(load).toThrow(`package @tensorflow/tfjs-core must be version 4.22 or later, got "${version}"`);
  });

  it("refuses a second copy of tfjs-core in the thread", () => {
    loadTfjs("cpu");
    const core = place("@tensorflow/tfjs-core", "twice", posing("4.22.0"), "dist/tf-core.node.js");
    const backend = place("@tensorflow/tfjs-backend-cpu", "twice", `require("${core.package}")`);
    expect(() => loadTfjs("cpu", [backend])).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^package @tensorflow\/tfjs-core must be loaded once, got 2: .*, .*$/),
        hint: "run: npm dedupe; or use one tfjs backend a thread",
      }),
    );
  });
});

describe("firstLine", () => {
  it("shortens what was thrown", () => {
    expect([firstLine(new TypeError("a\nb")), firstLine("x")]).toEqual(["a", "x"]);
  });
});
