import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-readme-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The README's library example, run as a user would: the package installed, the quickstart's corpus prepared. */
it("the README's trainer of ten lines runs and prints what the README says", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, program, output] = /```js\n([\s\S]*?)```\s+```\n([\s\S]*?)```/.exec(readme)!;
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "counterweight"));
  writeFileSync(join(folder, "example.mjs"), program!);
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const command = join(root, "dist/bin/counterweight.js");
  run(command, "prepare", join(root, "datasets/quickstart/dataset.yaml"), "--out", "data/quickstart");
  expect(run("example.mjs")).toBe(output);
}, 60_000);
