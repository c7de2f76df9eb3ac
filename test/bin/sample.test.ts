import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openRun } from "../../src/run.ts";
import { runCommand } from "../support/command.ts";
import { writeTextCorpus } from "../support/text-corpus.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-sample-"));
  await writeTextCorpus(folder);
  await (await openRun(join(folder, "tiny.yaml"), { dir: join(folder, "run") })).start();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sample = async (...options: string[]): Promise<string> => {
  const { code, stdout, stderr } = await runCommand(["sample", "run", "--tokens", "24", ...options], {
    cwd: folder,
  });
  return code === 0 ? stdout : `${code}: ${stderr}`;
};

describe("sample", () => {
  it("writes the same text for the same seed, another for another", async () => {
    const text = await sample("--seed", "a", "--prompt", "The whale");
    expect(text).toMatch(/^The whale[^]+\n$/);
    expect(await sample("--seed", "a", "--prompt", "The whale")).toBe(text);
    expect(await sample("--seed", "b", "--prompt", "The whale")).not.toBe(text);
  });

  it("takes the likeliest token at temperature 0 and at top-k 1, whatever the seed", async () => {
    const text = await sample("--temperature", "0", "--seed", "a");
    expect(await sample("--top-k", "1", "--seed", "b")).toBe(text);
  });

  it("writes with the model of a named step", async () => {
    const newest = await sample("--step", "12");
    expect(await sample()).toBe(newest);
    expect(await sample("--step", "8")).not.toBe(newest);
  });
});
