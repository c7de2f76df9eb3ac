import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { runCommand } from "../support/command.ts";
import { withRun } from "../support/report-findings.ts";

describe("counterweight report", () => {
  it("writes a page, and says where", () =>
    withRun(async (dir, folder) => {
      const out = join(folder, "report.html");
      const { code, stdout, stderr } = await runCommand(["report", dir, dir, "--out", out]);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/^wrote .*report\.html, \d+ kB: open it in a browser\n$/);
      expect(readFileSync(out, "utf8")).toContain("Report of 2 runs");
    }));

  it("makes the folder that the page shall lie in", () =>
    withRun(async (dir, folder) => {
      const out = join(folder, "new/folder/report.html");
      const { code, stderr } = await runCommand(["report", dir, "--out", out]);
      expect([code, stderr, existsSync(out)]).toEqual([0, "", true]);
    }));

  it("says what is missing", () =>
    withRun(async (dir, folder) => {
      const out = join(folder, "report.html");
      const nowhere = await runCommand(["report", join(folder, "none"), "--out", out]);
      expect([nowhere.code, nowhere.stderr]).toEqual([
        2,
        `error: there is no run in this folder (${join(folder, "none")})\nhint:  name a folder that counterweight train made, like runs/quickstart-1\n`,
      ]);
      const unsaid = await runCommand(["report", dir]);
      expect(unsaid.code).toBe(2);
      expect(unsaid.stderr).toContain("required option '--out <file>' not specified");
      expect(existsSync(out)).toBe(false);
    }));

  it("train --report ends with one in the run's folder", () =>
    withRun(async (_, folder) => {
      const dir = join(folder, "regression");
      const { code, stdout } = await runCommand([
        "train",
        "pipelines/regression.yaml",
        "--run",
        dir,
        "--steps",
        "20",
        "--report",
      ]);
      expect(code).toBe(0);
      expect(stdout).toContain(`wrote ${join(dir, "report.html")}, `);
      expect(readFileSync(join(dir, "report.html"), "utf8")).toContain(
        "<title>regression – counterweight report</title>",
      );
    }));
});
