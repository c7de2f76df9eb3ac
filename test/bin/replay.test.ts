import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { runCommand } from "../support/command.ts";
import { forgeStep } from "../support/forged-ledger.ts";
import { pipelineOver, record } from "../support/recorded-runs.ts";
import { writeTextCorpus } from "../support/text-corpus.ts";

let folder: string;
let dir: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-replay-command-"));
  await writeTextCorpus(folder);
  dir = join(folder, "run");
  await record(dir, pipelineOver(join(folder, "corpus", "manifest.json"), { steps: 20 }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const replay = (...args: string[]) => runCommand(["replay", dir, ...args]);
/** What a replay prints as JSON; which of it depends on what was asked. */
interface Printed {
  readonly rows: readonly { shard: number; row: number; loss: number; text: string }[];
}
const jsonOf = async (...args: string[]): Promise<Printed> => {
  const printed: Printed = JSON.parse((await replay(...args, "--json")).stdout);
  return printed;
};

describe("counterweight replay", () => {
  it("proves a run", async () => {
    const { code, stdout } = await replay("--verify");
    expect(stdout).toMatch(
      /^proven: 20 steps, 80 draws, \d+ windows in [\d.]+ s\nbranch 0, seed "replay", corpus/,
    );
    expect(code).toBe(0);
    expect(await jsonOf("--verify", "--no-tokens")).toMatchObject({ proven: true, draws: 80, tokens: null });
  });

  it("shows the ledger, an instance and a batch as they were", async () => {
    expect((await replay("--at", "10")).stdout).toMatch(
      /^the ledger after step 10 .*\ndomain .*\nnovel .*\ncode .*\nall /s,
    );
    const batch = await jsonOf("--step", "10");
    expect(batch).toMatchObject({ step: 10, rows: [{ slot: 0, text: expect.any(String) }, {}, {}, {}] });
    const { shard, row } = batch.rows[0]!;
    const { stdout } = await replay("--instance", `${shard}:${row}`);
    expect(stdout).toMatch(/^instance \d+:\d+, row \d+ of \S+, \w+\nstep +loss .*\n10 /);
  });

  it("says what to ask for", async () => {
    const { code, stderr } = await replay("--at", "1", "--step", "1");
    expect(code).toBe(2);
    expect(stderr).toContain(
      "error: say one thing to replay: --verify, --at <step>, --instance <shard:row> or --step <n>",
    );
  });

  it("names what was altered, with exit code 4", async () => {
    forgeStep(join(dir, "ledger"), 13, ({ weight }) => (weight[2]! *= 1.5));
    const { code, stdout, stderr } = await replay("--verify");
    expect([code, stdout]).toEqual([4, ""]);
    expect(stderr).toMatch(
      /^error: the weight in slot 2 of step 13 must be \S+ as derived again, got \S+ \(.*step 13\)\nhint: /m,
    );
  });
});
