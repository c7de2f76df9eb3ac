import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { queryCommand } from "../../src/bin/query.ts";
import { commandHere } from "../support/command-here.ts";
import { commandPath, runCommand, startCommand } from "../support/command.ts";
import { pipelineOver, record, rollBack } from "../support/recorded-runs.ts";
import { writeSmallCorpus } from "../support/small-corpus.ts";

let folder: string;
let temporary: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-query-command-"));
  temporary = mkdtempSync(join(tmpdir(), "counterweight-query-temporary-"));
  const { manifestPath } = await writeSmallCorpus(join(folder, "corpus"));
  await record(join(folder, "run"), pipelineOver(manifestPath, { steps: 20 }));
  await rollBack(join(folder, "run"), 10, 12);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(temporary, { recursive: true, force: true });
});

const surroundings = (): { cwd: string; env: Record<string, string> } => ({
  cwd: folder,
  env: { TMPDIR: temporary },
});
const query = (...args: string[]): ReturnType<typeof runCommand> =>
  runCommand(["query", "run", ...args], surroundings());
const queryHere = (...args: string[]): ReturnType<typeof commandHere> =>
  commandHere(queryCommand(), [join(folder, "run"), ...args]);

const byDomain = "SELECT domainName, count(*) AS n FROM observations GROUP BY ALL ORDER BY ALL";

describe("counterweight query", () => {
  it("answers SQL as a table, CSV or JSON, and leaves nothing behind", async () => {
    const { stdout, stderr, code } = await query(byDomain);
    expect([stderr, code]).toEqual(["", 0]);
    expect(stdout).toMatch(/^domainName +n\nd0 +\d+\nd1 +\d+\n$/);
    const [, d0, d1] = /d0 +(\d+)\nd1 +(\d+)/.exec(stdout)!.map(Number);
    expect(d0! + d1!).toBe(48);
    expect((await queryHere(byDomain, "--format", "csv")).stdout).toBe(`domainName,n\nd0,${d0}\nd1,${d1}\n`);
    expect(JSON.parse((await queryHere(byDomain, "--format", "json", "--limit", "1")).stdout)).toEqual([
      { domainName: "d0", n: d0 },
    ]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it("takes SQL from a file or from stdin, and another branch", async () => {
    writeFileSync(join(folder, "last.sql"), "SELECT max(step) AS last\nFROM steps;\n");
    expect((await queryHere("--file", join(folder, "last.sql"))).stdout).toBe("last\n  12\n");
    const started = spawn(process.execPath, [commandPath, "query", "run", "-", "--branch", "0"], {
      cwd: folder,
    });
    let stdout = "";
    started.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    started.stdin.end("SELECT max(step) AS last FROM steps");
    await new Promise((resolve) => started.once("close", resolve));
    expect(stdout).toBe("last\n  20\n");
  });

  it("lists the views, without DuckDB", async () => {
    const { stdout } = await queryHere("--schema");
    expect(stdout.match(/^\w+:/gm)).toEqual(["observations:", "steps:", "instances:", "shards:"]);
    expect(stdout).toMatch(/^ {2}loss +FLOAT +nats per token/m);
    expect(stdout).toMatch(/^ {2}gamma +DOUBLE +weighted minus plain mean loss/m);
  });

  it("shows a mistake with its place and no stack, as a user's own", async () => {
    const mistake = await query("SELECT lss FROM steps");
    expect(mistake.code).toBe(2);
    expect(mistake.stderr).toMatch(
      /^error: Binder Error: Referenced column "lss" not found in FROM clause!\nCandidate bindings: .*\n\nLINE 1: SELECT lss FROM steps\n {15}\^\nhint: {2}--schema lists the columns of every view\n$/,
    );
    const { thrown } = await queryHere("--file", "none.sql");
    expect(thrown).toMatchObject({ code: "CW_CONFIG", message: "there is no file of SQL here (none.sql)" });
    expect((await queryHere()).stderr).toContain("say what to ask: SQL, --file <path> or --schema");
    expect((await queryHere("SELECT 1", "--schema")).stderr).toContain("say what to ask");
    expect((await queryHere("SELECT 1", "--limit", "few")).stderr).toContain(
      "must be a whole number of at least 0",
    );
  });

  it("writes files where it is allowed to, and else not", async () => {
    const copy = `COPY steps TO '${join(folder, "steps.csv")}'`;
    const { thrown } = await queryHere(copy);
    expect(thrown).toMatchObject({
      code: "CW_CONFIG",
      hint: expect.stringContaining("--allow-files lets it read"),
    });
    expect(readdirSync(folder)).not.toContain("steps.csv");
    expect((await queryHere(copy, "--allow-files")).stdout).toBe("Count\n   12\n");
    expect(readdirSync(folder)).toContain("steps.csv");
  });

  it("ends on Ctrl-C, with everything it made removed", async () => {
    const sql = "SELECT count(*) FROM steps, range(100000000000) t(i) WHERE sin(i) > 2";
    const { child, ended } = startCommand(["query", "run", sql], surroundings());
    const made = setInterval(() => {
      const inside = readdirSync(temporary).flatMap((name) => readdirSync(join(temporary, name)));
      if (!inside.includes("steps.parquet")) return;
      clearInterval(made);
      setTimeout(() => child.kill("SIGINT"), 200);
    }, 10);
    const { code, stderr } = await ended;
    clearInterval(made);
    expect([code, stderr]).toEqual([
      130,
      expect.stringContaining("stopped: the query was stopped\nhint:  nothing was changed; start it again\n"),
    ]);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
