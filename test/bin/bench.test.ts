/** The real command, quickly: that it says what it should, never how fast anything was. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Benchmark, Spread } from "../../src/study/benchmark/benchmark.ts";
import { runCommand, startCommand } from "../support/command.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-bench-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const names = [
  "block order",
  "window scoring",
  "inclusion",
  "inclusion, equal scores",
  "selection",
  "mixture of 7",
  "sampler, uniform",
  "sampler, importance",
  "shard to batch",
  "ledger commit, each step durable",
  "ledger commit, in groups",
  "end to end, uniform",
  "end to end, importance",
];

const positive = (value: number): boolean => Number.isFinite(value) && value > 0;
const inOrder = ({ lowest, median, highest }: Spread): boolean =>
  positive(lowest) && lowest <= median && median <= highest && positive(highest);

describe("counterweight bench", () => {
  it("--quick --json: every figure beside its floor, finite and positive", async () => {
    const { code, stdout, stderr } = await runCommand(["bench", "--quick", "--json", "--folder", folder]);
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    const result: Benchmark & { machine: object; seconds: number } = JSON.parse(stdout);
    expect(Object.keys(result)).toEqual(["machine", "seconds", "settings", "figures", "floors"]);
    expect(Object.keys(result.machine)).toEqual(["cpu", "cores", "memoryBytes", "platform", "versions"]);
    expect(result.settings).toEqual({ seqLen: 512, batchSize: 256, domains: 4 });
    expect(result.figures.map(({ name }) => name)).toEqual(names);
    for (const { name, instances, unit, perSecond, rounds, floor, ratio, ...reading } of result.figures) {
      expect([name, instances, rounds]).toEqual([name, 10_000, 2]);
      expect(unit).toMatch(/^(blocks|rows|slots|draws|losses)$/);
      expect([name, inOrder(perSecond), inOrder(ratio)]).toEqual([name, true, true]);
      const beside = result.floors.find((candidate) => candidate.name === floor.name);
      expect(beside?.perSecond.median).toBe(floor.perSecond);
      const reads = /^(shard|end) to/.test(name);
      expect(Object.keys(reading)).toEqual(reads ? ["tokensPerSecond", "bytesReadPerByteUsed"] : []);
      expect(Object.values(reading).every(positive)).toBe(true);
      if (reads) expect(reading.tokensPerSecond).toBe(perSecond.median * 512);
    }
    for (const { perSecond } of result.floors) expect(inOrder(perSecond)).toBe(true);
    expect(stderr).toContain("10.0 k instances · warming up");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("shows a table with a line a stage", async () => {
    const { code, stdout } = await runCommand(["bench", "--quick", "--sizes", "2e3", "--folder", folder]);
    expect(code).toBe(0);
    for (const name of names) expect(stdout).toMatch(new RegExp(`^${name}: \\w+ +[\\d.]+ .*±\\d+%$`, "m"));
    expect(stdout).toMatch(/^a second, by instances +2\.00 k$/m);
    expect(stdout).toMatch(/rows of 512 tokens, batches of 256, 4 domains/);
  });

  it("ends cleanly at Ctrl-C", async () => {
    const command = startCommand(["bench", "--sizes", "1e6", "--folder", folder]);
    await command.says("warming up");
    command.child.kill("SIGINT");
    const { code, stdout, stderr } = await command.ended;
    expect(code).toBe(130);
    expect(stdout).toBe("");
    expect(stderr).toContain("stopping after this timing; once more to quit at once");
    expect(stderr).toContain("stopped: the benchmark was stopped");
    expect(stderr).toContain("hint:  name fewer --sizes, or use --quick, for a shorter one");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses a size out of range, and a folder that cannot be one", async () => {
    const few = await runCommand(["bench", "--sizes", "10", "--folder", folder]);
    expect(few.code).toBe(2);
    expect(few.stderr).toContain(
      "error: a size must be a whole number of instances from 1000 to 1e8, got 10",
    );
    writeFileSync(join(folder, "file"), "");
    const file = await runCommand(["bench", "--quick", "--folder", join(folder, "file")]);
    expect(file.code).toBe(6);
    expect(file.stderr).toContain("error: cannot create folder counterweight-bench-");
  });
});
