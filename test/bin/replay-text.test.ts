import { describe, expect, it } from "vitest";

import { batchText, proofText, standingText, trajectoryText } from "../../src/bin/replay-text.ts";
import { createManifest } from "../../src/corpus/manifest.ts";
import type { Proof } from "../../src/study/replay/verify.ts";

const proof: Proof = {
  branch: 1,
  steps: 1100,
  draws: 17_600,
  windows: 96,
  reference: null,
  weights: { exact: 17_600, farthest: 0, tolerance: 0 },
  tokens: { blocks: 80, bytes: 1_500_000, withoutChecksum: 0 },
  seconds: 3.2,
};
const row = {
  step: 7,
  slot: 0,
  shard: 0,
  row: 12,
  domain: 0,
  loss: 3.1231,
  targets: 15,
  probability: 0.5,
  base: 0.25,
  weight: 0.0625,
  trained: true,
};

describe("a proof", () => {
  it("says what is proven and what it rests on", () => {
    expect(proofText(proof, "quick\u001b", "2fc2758c115f1b31")).toBe(
      [
        "proven: 1.10 k steps, 17.6 k draws, 96 windows in 3 s",
        'branch 1, seed "quick\\u001b", corpus 2fc2758c115f, as its checkpoint says',
        "rows, order, probabilities and bases bit for bit; weights bit for bit; 1.50 MB of tokens in 80 blocks read",
        "",
      ].join("\n"),
    );
  });

  it("says which state of a reference scores were made with", () => {
    expect(
      proofText({ ...proof, reference: { branch: 0, step: 480, crc: 7 } }, 7, "2fc2758c115f1b31"),
    ).toContain(
      "corpus 2fc2758c115f, as its checkpoint says; excess over its reference's losses as of step 480\n",
    );
  });

  it("says what it leaves open", () => {
    const weights = { exact: 16_000, farthest: 2.3e-7, tolerance: 1e-5 };
    const graph = proofText({ ...proof, weights, tokens: null }, 7, null);
    expect(graph).toContain(
      "16.0 k weights bit for bit, 1.60 k within float32's rounding, 2.3e-7; tokens not read",
    );
    expect(graph).toContain("seed 7, a corpus that no checkpoint names");
    const tokens = { blocks: 3, bytes: 2000, withoutChecksum: 2 };
    expect(proofText({ ...proof, tokens }, 7, null)).toContain(
      "in 3 blocks read, 2 of them without a checksum",
    );
    expect(proofText({ ...proof, tokens: { ...tokens, blocks: 0 } }, 7, null)).toContain("no tokens to read");
  });
});

describe("a standing", () => {
  it("sums its domains, and says nothing where nothing was seen", () => {
    const code = { name: "code", rows: 10, seen: 4, visits: 6, lastLoss: 2, age: 1 };
    const novel = { name: "novel", rows: 30, seen: 12, visits: 14, lastLoss: 4, age: 3 };
    const empty = { name: "none", rows: 10, seen: 0, visits: 0, lastLoss: Number.NaN, age: Number.NaN };
    const text = standingText({ step: 9, branch: 0, domains: [code, novel, empty] });
    expect(text.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["the ledger after step 9 of branch 0; age in steps since the last visit"],
      ["domain", "instances", "seen", "coverage", "visits", "mean last loss", "mean age"],
      ["code", "10", "4", "40.0%", "6", "2.000", "1.0"],
      ["novel", "30", "12", "40.0%", "14", "4.000", "3.0"],
      ["none", "10", "0", "0.0%", "0", "-", "-"],
      ["all", "50", "16", "32.0%", "20", "3.500", "2.5"],
      [""],
    ]);
  });
});

describe("rows", () => {
  it("of an instance come with its text, made safe", () => {
    const content = { tokens: [1, 2], text: "one\n\u001b[2Jtwo" };
    expect(trajectoryText("instance 0:12", [row, { ...row, step: 8, trained: false }], content)).toBe(
      [
        "instance 0:12",
        "step   loss  probability    base   weight  trained",
        "7     3.123       0.5000  0.2500  0.06250      yes",
        "8     3.123       0.5000  0.2500  0.06250   scored",
        "",
        "one",
        "\\u{1b}[2Jtwo",
        "",
      ].join("\n"),
    );
    expect(trajectoryText("instance 0:12", [], { tokens: [1, 2], text: null })).toBe(
      "instance 0:12\nnever drawn\n\ntokens 1 2\n",
    );
  });

  it("of a batch fit the terminal, one line each", () => {
    const manifest = createManifest({
      seqLen: 8,
      tokenDtype: "uint16",
      tokenizer: {
        kind: "bytes",
        name: "t",
        hash: "0",
        vocabSize: 257,
        uri: "tokenizer.json",
        endOfText: 256,
      },
      maxBlockBytes: 1024,
      domains: [{ name: "novel", documents: 1, tokens: 1, bytes: 1, heldOutTokens: 0, heldOutBytes: 0 }],
      shards: [],
      heldOut: [],
    });
    const metrics = { loss: 3.1231, note: "a\u001b" };
    const contents = [
      { tokens: [], text: "short\n" },
      { tokens: [], text: "x".repeat(500) },
    ];
    const text = batchText({ step: 7, metrics, rows: [row, { ...row, slot: 1 }] }, contents, manifest, 100);
    const lines = text.trimEnd().split("\n");
    expect(lines[0]).toBe('step 7: loss 3.123 · note "a\\u001b"');
    expect(lines[1]).toBe("slot  instance  domain   loss  probability    base   weight  text");
    expect(lines[2]).toBe("0         0:12   novel  3.123       0.5000  0.2500  0.06250  short\\n");
    expect(lines[3]).toMatch(/ x+…$/);
    expect(lines[3]).toHaveLength(100);
  });
});
