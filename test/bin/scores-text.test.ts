import { describe, expect, it } from "vitest";

import { rowsLeft, scoresFacts, scoresTable } from "../../src/bin/scores-text.ts";
import type { ScoresRecord } from "../../src/study/score/scores-folder.ts";
import type { DomainScores } from "../../src/study/score/scores-summary.ts";

const novel: DomainScores = { name: "novel", heldOut: false, rows: 30, scored: 30, notFinite: 0, loss: 4 };
const code: DomainScores = { name: "code", heldOut: false, rows: 10, scored: 6, notFinite: 1, loss: 2 };
const none: DomainScores = { ...code, name: "late", scored: 0, notFinite: 0, loss: Number.NaN };

const cells = (text: string): string[][] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {2,}/));

describe("a table of scores", () => {
  it("has means by domain, and over all rows, each row counting the same", () => {
    expect(cells(scoresTable([novel, { ...code, notFinite: 0 }]))).toEqual([
      ["domain", "rows", "scored", "mean loss", "perplexity"],
      ["novel", "30", "30", "4.000", "54.6"],
      ["code", "10", "6", "2.000", "7.4"],
      ["all", "40", "36", "3.667", "39.1"],
    ]);
  });

  it("sums held-out rows apart", () => {
    const heldOut = { ...novel, heldOut: true, rows: 3, scored: 2, loss: 5 };
    expect(cells(scoresTable([novel, heldOut])).slice(2)).toEqual([
      ["all", "30", "30", "4.000", "54.6"],
      ["novel, held out", "3", "2", "5.000", "148.4"],
      ["all, held out", "3", "2", "5.000", "148.4"],
    ]);
  });

  it("says nothing of what is not scored yet, and counts losses that are none", () => {
    expect(cells(scoresTable([none])).slice(1)).toEqual([
      ["late", "10", "0", "-", "-"],
      ["all", "10", "0", "-", "-"],
    ]);
    expect(scoresTable([novel, code])).toMatch(
      /\nthe loss of 1 rows is not finite: they count as never scored\n$/,
    );
  });
});

it("rows without a score are left", () => {
  expect(rowsLeft([novel, code, none])).toBe(0 + 3 + 10);
});

it("the facts say whose scores these are, of what, and how they were computed", () => {
  const record: ScoresRecord = {
    formatVersion: 1,
    model: {
      path: "/runs/a/checkpoints/step-000000300/model",
      sha256: `abcdef012345${"0".repeat(52)}`,
      layers: 4,
      heads: 2,
      width: 128,
      context: 128,
      vocabSize: 2048,
      step: 300,
    },
    corpus: { manifest: "/data/manifest.json", fingerprint: `2fc2758c115f${"0".repeat(52)}` },
    domains: [],
    batchSize: 16,
    heldOut: false,
    engine: { kind: "tfjs", backend: "wasm" },
  };
  expect(scoresFacts(record)).toBe(
    [
      "scores of    /runs/a/checkpoints/step-000000300/model, step 300 of its run",
      "model        4 layers, 2 heads, 128 wide, 2048 tokens; abcdef012345",
      "corpus       /data/manifest.json, 2fc2758c115f",
      "engine       tfjs wasm, 16 rows at once",
      "",
    ].join("\n"),
  );
  const published = { ...record, model: { ...record.model, step: null } };
  expect(scoresFacts(published)).toContain("scores of    /runs/a/checkpoints/step-000000300/model\n");
});
