import { describe, expect, it } from "vitest";

import { growthText, ledgerText } from "../../src/bin/ledger-text.ts";
import type { LedgerOutline } from "../../src/ledger/journal/outline.ts";

const plain: LedgerOutline = {
  lastStep: 60,
  firstStep: 1,
  branches: [{ branch: 0, stepStart: 1, stepEnd: 61, liveEnd: 61 }],
  raw: { segments: 0, bytes: 0 },
  sealed: { segments: 1, bytes: 84_100 },
  dropped: 0,
  journalBytes: 30_240,
  tornBytes: 0,
};

describe("a ledger in words", () => {
  it("is one line where it never went back", () => {
    expect(ledgerText(plain)).toEqual(["steps 1 … 60; 1 sealed segment, 84.1 kB; journal, 30.2 kB"]);
  });

  it("names what is raw, dropped, or torn", () => {
    const [line] = ledgerText({
      ...plain,
      raw: { segments: 2, bytes: 4000 },
      sealed: { segments: 3, bytes: 999 },
      firstStep: 21,
      dropped: 1,
      tornBytes: 13,
    });
    expect(line).toBe(
      "steps 1 … 60; 3 sealed segments, 999B; 2 raw segments, 4.00 kB; journal, 30.2 kB; rows of steps 21 … 60 kept, 1 segment dropped; 13B behind its last line: under way, or torn",
    );
  });

  it.each([
    [{ firstStep: 60, dropped: 2 }, "rows of step 60 kept, 2 segments dropped"],
    [{ firstStep: 61, dropped: 2 }, "no rows kept, 2 segments dropped"],
    [{ lastStep: 0 }, "no steps yet;"],
    [{ lastStep: 1 }, "step 1;"],
  ])("says of %j: %s", (more, words) => {
    expect(ledgerText({ ...plain, ...more })[0]).toContain(words);
  });

  it("has a line for every branch where it went back", () => {
    const branches = [
      { branch: 0, stepStart: 1, stepEnd: 58, liveEnd: 41 },
      { branch: 1, stepStart: 31, stepEnd: 32, liveEnd: 31 },
      { branch: 2, stepStart: 41, stepEnd: 51, liveEnd: 51 },
      { branch: 3, stepStart: 51, stepEnd: 51, liveEnd: 51 },
      { branch: 4, stepStart: 51, stepEnd: 61, liveEnd: 61 },
    ];
    expect(ledgerText({ ...plain, branches }).slice(1)).toEqual([
      "branch 0: steps 1 … 57; steps 41 … 57 abandoned",
      "branch 1: step 31, abandoned",
      "branch 2: steps 41 … 50, all of them live",
      "branch 3: no steps",
      "branch 4: steps 51 … 60, live",
    ]);
  });
});

describe("a ledger to be, in words", () => {
  const growth = { rows: 636_000, journal: 553_000, raw: 1_330_000, pages: 205_240 };

  it("says what it takes in the end, before that, and in checkpoints", () => {
    expect(growthText(growth, 1100)).toEqual([
      "about 1.19 MB after 1100 steps: 636 kB of rows, 553 kB of journal",
      "up to 1.33 MB more while a segment waits to be sealed; up to 205 kB of pages in each checkpoint",
    ]);
    expect(growthText(growth, 1)[0]).toMatch(/^about 1\.19 MB after 1 step: /);
  });
});
