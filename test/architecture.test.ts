import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "src");

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

const modules = filesBelow(source);
const textOf = (module: string): string => readFileSync(join(source, module), "utf8");
const importsOf = (module: string): string[] =>
  [...textOf(module).matchAll(/(?:from|import)\s*\(?"(\.[^"]+\.ts)"/g)].map((match) =>
    relative(source, join(source, dirname(module), match[1]!)),
  );
const packagesOf = (module: string): string[] =>
  [...textOf(module).matchAll(/(?:from|import)\s*\(?"([^."][^"]*)"/g)].map((match) => match[1]!);

/** Lower may not know higher; a tier does not import itself, but a folder's own files may import each other. */
const tiers: string[][] = [
  ["errors", "draws", "versions", "disk"],
  ["random", "pull", "files"],
  ["bytes", "weighing", "tensor", "yaml-file"],
  ["corpus", "ledger", "training"],
  ["sampler"],
  ["config"],
  ["open"],
  ["checkpoint", "run-folder", "summary"],
  ["loop"],
  ["drive"],
  ["run"],
  ["study", "serving"],
  ["bin", "index"],
];
const stageOf = (module: string): string => module.split("/")[0]!.replace(/\.ts$/, "");
const tierOf = (stage: string): number => tiers.findIndex((tier) => tier.includes(stage));

/** Files that hold types or a list of re-exports only, and so have nothing to run. */
const withoutTest = (module: string): boolean => {
  const statements = textOf(module)
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "")
    .split(/\n(?=\S)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "" && statement !== "}");
  return statements.every((statement) =>
    /^(import\b|export (type|interface)\b|export \{|type\b|interface\b|\}|\/\/|#!)/.test(statement),
  );
};

describe("the house", () => {
  it("every module belongs to a stage that has a tier", () => {
    expect(modules.filter((module) => tierOf(stageOf(module)) < 0)).toEqual([]);
  });

  it("imports point one way", () => {
    const upward = modules.flatMap((module) =>
      importsOf(module)
        .filter((target) => stageOf(target) !== stageOf(module))
        .filter((target) => tierOf(stageOf(target)) >= tierOf(stageOf(module)))
        .map((target) => `${module} → ${target}`),
    );
    expect(upward).toEqual([]);
  });

  it("weighing sees errors only, the sampler no tokens, training no shards", () => {
    const forbidden = (stage: string, targets: string[]): string[] =>
      modules
        .filter((module) => stageOf(module) === stage)
        .flatMap((module) => importsOf(module).map((target) => [module, stageOf(target)] as const))
        .filter(([, target]) => targets.includes(target))
        .map(([module, target]) => `${module} → ${target}`);
    const allBut = (allowed: string[]): string[] => tiers.flat().filter((stage) => !allowed.includes(stage));
    expect(forbidden("weighing", allBut(["weighing", "errors"]))).toEqual([]);
    expect(forbidden("sampler", ["corpus", "bytes", "training", "ledger"])).toEqual([]);
    expect(forbidden("training", ["corpus", "bytes", "ledger"])).toEqual([]);
  });

  it("has no import cycle", () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (module: string, path: string[]): void => {
      if (path.includes(module)) cycles.push([...path.slice(path.indexOf(module)), module].join(" → "));
      if (done.has(module) || path.includes(module)) return;
      for (const target of importsOf(module)) visit(target, [...path, module]);
      done.add(module);
    };
    for (const module of modules) visit(module, []);
    expect(cycles).toEqual([]);
  });

  it("keeps every file at one idea: none over 250 lines, median under 130", () => {
    const lines = modules.map((module) => [module, textOf(module).split("\n").length - 1] as const);
    expect(lines.filter(([, length]) => length > 250)).toEqual([]);
    const sorted = lines.map(([, length]) => length).sort((a, b) => a - b);
    expect(sorted[sorted.length >> 1]).toBeLessThan(130);
  });

  it("has no catch-all names", () => {
    expect(
      modules.filter((module) => /(^|\/)(utils?|helpers?|common|misc|manager)(\.|\/)/.test(module)),
    ).toEqual([]);
  });

  it("test/ mirrors src/ path for path", () => {
    const untested = modules
      .filter((module) => !withoutTest(module))
      .filter((module) => !existsSync(join(root, "test", module.replace(/\.ts$/, ".test.ts"))));
    expect(untested).toEqual([]);
  });

  it("touches the disk in disk.ts, files.ts, bytes/ and bin/ only", () => {
    const users = modules.filter((module) =>
      packagesOf(module).some((name) => /^(node:)?fs(\/promises)?$/.test(name)),
    );
    expect(users.filter((module) => !/^((disk|files)\.ts$|(bytes|bin)\/)/.test(module))).toEqual([]);
  });

  it("keeps third-party code behind its stage", () => {
    const home: Record<string, RegExp> = {
      "@duckdb/node-api": /^study\/query\//,
      hyparquet: /^(corpus|study\/export)\//,
      "hyparquet-writer": /^(corpus|study\/export)\//,
      "apache-arrow": /^(corpus|ledger)\//,
      "onnxruntime-node": /^tensor\//,
      rxjs: /^(pull|loop|drive)\.ts$/,
      commander: /^bin\//,
      yaml: /^(yaml-file\.ts$|config\/)/,
    };
    const strays = modules.flatMap((module) =>
      packagesOf(module)
        .filter((name) => home[name] !== undefined && !home[name].test(module))
        .map((name) => `${module} imports ${name}`),
    );
    expect(strays).toEqual([]);
  });

  it("throws its own errors, draws from keyed randomness, and reads no wall clock", () => {
    const forbidden =
      /throw new (Error|TypeError|RangeError)\(|Math\.random|Date\.now\(\)|\bTODO\b|\bFIXME\b/;
    const strays = modules.filter((module) => !module.startsWith("bin/") && forbidden.test(textOf(module)));
    expect(strays).toEqual([]);
  });

  it("exits the process in bin/ only", () => {
    expect(
      modules.filter((module) => /process\.exit\(/.test(textOf(module)) && !module.startsWith("bin/")),
    ).toEqual([]);
  });

  it("documents every file and every export", () => {
    const silent = modules.filter((module) => !/^(#![^\n]*\n)?\/\*\* @file /.test(textOf(module)));
    expect(silent).toEqual([]);
    const undocumented = modules.flatMap((module) => {
      const lines = textOf(module).split("\n");
      return lines
        .map((line, index) => [line, lines[index - 1]?.trim() ?? ""] as const)
        .filter(([line]) => /^export (?:abstract |async )?(const|function|class|interface)\b/.test(line))
        .filter(([, before]) => !before.endsWith("*/"))
        .map(([line]) => `${module}: ${line}`);
    });
    expect(undocumented).toEqual([]);
  });
});
