import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

import { tensorflowVersions } from "../src/tensor/tfjs/tensorflow-home.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(root + path, "utf8");
const manifest = JSON.parse(read("package.json")) as {
  version: string;
  license: string;
  type: string;
  engines: { node: string };
  bin: Record<string, string>;
  exports: Record<string, string | { types: string; default: string }>;
  files: string[];
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
};

describe("package.json", () => {
  it("names exact versions, for users' machines as for ours", () => {
    const versions = { ...manifest.dependencies, ...manifest.devDependencies };
    // DuckDB numbers every release of its bindings "-r.1".
    const exact = /^\d+\.\d+\.\d+(-r\.\d+)?$/;
    expect(Object.entries(versions).filter(([, version]) => !exact.test(version))).toEqual([]);
  });

  it("depends on a known few at run time", () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual([
      "apache-arrow",
      "commander",
      "hyparquet",
      "hyparquet-writer",
      "lru-cache",
      "rxjs",
      "yaml",
      "zod",
    ]);
  });

  it("asks for the engines as optional peers, and develops against those that need no install script", () => {
    expect(manifest.peerDependencies["onnxruntime-node"]).toMatch(/^\^1\.\d+\.\d+$/);
    const tfjs = Object.entries(manifest.peerDependencies).filter(([name]) =>
      name.startsWith("@tensorflow/"),
    );
    expect(tfjs.map(([name]) => name.replace("@tensorflow/tfjs-", ""))).toEqual([
      "backend-cpu",
      "backend-wasm",
      "core",
      "node",
      "node-gpu",
    ]);
    // Whoever installs them for the first time gets the version that all of them were tested at.
    expect(new Set(tfjs.map(([, version]) => version))).toEqual(new Set([`^${tensorflowVersions.tfjsNode}`]));
    for (const name of Object.keys(manifest.peerDependencies)) {
      expect(manifest.peerDependenciesMeta[name]).toEqual({ optional: true });
      expect([name, manifest.devDependencies[name] !== undefined]).toEqual([
        name,
        !name.includes("tfjs-node"),
      ]);
    }
  });

  it("needs no install script", () => {
    expect(read(".npmrc")).toContain("ignore-scripts=true");
    expect(manifest.scripts["postinstall"] ?? manifest.scripts["prepare"]).toBeUndefined();
  });

  it("points its exports and its command at built files", () => {
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === "string" ? [target] : [target.types, target.default],
    );
    const built = [...targets, `./${manifest.bin["counterweight"]}`];
    expect(built.filter((path) => !existsSync(root + path))).toEqual([]);
    expect(Object.keys(manifest.exports["."]!)[0]).toBe("types");
  });

  it("says Apache-2.0, ESM and Node 20.19", () => {
    expect([manifest.license, manifest.type, manifest.engines.node]).toEqual([
      "Apache-2.0",
      "module",
      ">=20.19",
    ]);
    expect(read("LICENSE")).toContain("Apache License");
  });

  it("has a changelog entry for its version", () => {
    expect(read("CHANGELOG.md")).toContain(`## ${manifest.version}`);
  });

  it("README mentions every script that a developer runs", () => {
    const readme = read("README.md");
    const scripts = Object.keys(manifest.scripts);
    expect(scripts.filter((script) => !new RegExp(`npm (run )?${script}\\b`).test(readme))).toEqual([]);
  });
});
