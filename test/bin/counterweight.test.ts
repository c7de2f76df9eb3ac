import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { runCommand } from "../support/command.ts";
import { copyPackage } from "../support/package-copy.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-command-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => runCommand(args, { cwd: folder });

describe("the command line", () => {
  it("says its version and its commands", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await run("--version")).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
    const { code, stdout } = await run("--help");
    expect(code).toBe(0);
    expect([...stdout.matchAll(/^ {2}([a-z]+) .*/gm)].map(([, name]) => name)).toEqual(
      expect.arrayContaining(["prepare", "train", "sample", "compare", "inspect", "bench"]),
    );
  });

  it.each<[string, string[], string[]]>([
    ["no command", [], ["Usage: counterweight"]],
    ["an unknown command", ["trian"], ["error: unknown command 'trian'", "(Did you mean train?)"]],
    [
      "an unknown option",
      ["train", "a.yaml", "--stesp", "3"],
      ["error: unknown option '--stesp'", "(Did you mean --steps?)", "counterweight train --help"],
    ],
    ["a missing argument", ["sample"], ["error: missing required argument 'run'"]],
    ["a missing option", ["prepare", "a.yaml"], ["error: required option '--out <folder>' not specified"]],
    ["no pipeline", ["train"], ["error: name a pipeline file, or a run to go on with"]],
    ["nothing to resume", ["train", "--resume"], ["error: name the run to go on with"]],
    [
      "an option's value that is none",
      ["train", "a.yaml", "--steps", "-1"],
      ["error: option '--steps <n>' argument '-1' is invalid. must be a whole number"],
    ],
  ])("misuse ends with 2: %s", async (_name, args, words) => {
    const { code, stdout, stderr } = await run(...args);
    for (const said of words) expect(stderr).toContain(said);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

describe("--debug", () => {
  it("adds the stack to a user's mistake, before or after the command", async () => {
    const stack =
      /^error: the pipeline file does not exist \(none\.yaml\)\nhint: {2}check the path\nConfigError: .*\n {4}at /;
    expect(await run("--debug", "train", "none.yaml")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(stack),
    });
    expect(await run("train", "none.yaml", "--debug")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(stack),
    });
  });

  it("adds the system's error that was the cause", async () => {
    writeFileSync(join(folder, "file"), "");
    const { code, stderr } = await run("inspect", "file", "--debug");
    expect(stderr).toContain("there is no run in this folder (file)");
    expect(code).toBe(2);
  });
});

it("what is not a user's mistake is our bug: exit 1, with the stack", async () => {
  const path = copyPackage(join(folder, "broken"), []);
  writeFileSync(
    join(dirname(path), "inspect.js"),
    `import { Command } from "commander";
export const inspectCommand = () => new Command("inspect").action(() => undefined.manifest);
`,
  );
  const { code, stdout, stderr } = await runCommand(["inspect"], { path });
  expect(stderr).toMatch(/^bug: this is a defect of counterweight, please report it/);
  expect(stderr).toMatch(/^TypeError: .*\n {4}at .*inspect\.js/m);
  expect(stdout).toBe("");
  expect(code).toBe(1);
});
