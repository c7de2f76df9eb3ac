import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { formatTokenizer } from "../../../src/corpus/tokenizer/tokenizer-file.ts";
import { textsOf } from "../../../src/study/replay/instance-texts.ts";
import { quickFiles, rejection } from "../../support/ledger-on-disk.ts";
import { pipelineOver, record, reopen } from "../../support/recorded-runs.ts";
import { tokenAt, writeSmallCorpus } from "../../support/small-corpus.ts";
import { writeTextCorpus } from "../../support/text-corpus.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "counterweight-texts-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = (line: string): string => {
  const { text }: { text: string } = JSON.parse(line);
  return text;
};

describe("texts of instances", () => {
  it("are decoded by the corpus' tokenizer, and by no other", async () => {
    await writeTextCorpus(folder);
    const dir = join(folder, "run");
    await record(dir, pipelineOver(join(folder, "corpus", "manifest.json"), { steps: 1 }));
    const run = await reopen(dir);
    const texts = await textsOf(quickFiles, run, [
      { shard: 0, row: 1 },
      { shard: 0, row: 0 },
    ]);
    const novel = readFileSync(join(folder, "novel.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => textOf(line))
      .join("");
    for (const { text, tokens } of texts) {
      expect(tokens).toHaveLength(16);
      expect(novel).toContain(text!.slice(0, 12));
    }
    const path = join(folder, "corpus", run.manifest.tokenizer.uri);
    writeFileSync(path, formatTokenizer(Uint32Array.of(104, 101)));
    expect(await rejection(textsOf(quickFiles, run, [{ shard: 0, row: 0 }]))).toMatch(
      /^ConfigError: the tokenizer must be the one that made the tokens, [0-9a-f]{12}, got "[0-9a-f]{12}" \(/,
    );
  });

  it("are tokens only where there is no tokenizer", async () => {
    const { manifestPath } = await writeSmallCorpus(join(folder, "small"));
    const dir = join(folder, "plain");
    await record(dir, pipelineOver(manifestPath, { steps: 1 }));
    const tokens = Array.from({ length: 8 }, (_, position) => tokenAt(2, 23, position, 32));
    expect(await textsOf(quickFiles, await reopen(dir), [{ shard: 2, row: 23 }])).toEqual([
      { tokens, text: null },
    ]);
  });

  it("of made-up instances are their ordinals", async () => {
    const dir = join(folder, "made");
    const corpus = { kind: "synthetic", instances: 64, blockRows: 8 } as const;
    await record(dir, { ...pipelineOver("none", { steps: 1 }), corpus });
    expect(await textsOf(quickFiles, await reopen(dir), [{ shard: 0, row: 7 }])).toEqual([
      { tokens: [7, 0], text: null },
    ]);
  });
});
