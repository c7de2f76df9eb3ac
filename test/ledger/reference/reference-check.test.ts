import { describe, expect, it } from "vitest";

import { History } from "../../../src/ledger/journal/history.ts";
import type { LedgerPosition } from "../../../src/ledger/journal/journal-line.ts";
import {
  checkReference,
  sameOrigin,
  samePlace,
  wordsOf,
} from "../../../src/ledger/reference/reference-check.ts";

const place = { branch: 1, step: 40, crc: 12345 };
const others: (LedgerPosition | null)[] = [
  { ...place, branch: 0 },
  { ...place, step: 41 },
  { ...place, crc: 1 },
  null,
];

describe("a place", () => {
  it("is the same where branch, step and checksum are, and nowhere else", () => {
    expect([samePlace(place, { ...place }), samePlace(null, null)]).toEqual([true, true]);
    for (const other of others)
      expect([samePlace(place, other), samePlace(other, place)]).toEqual([false, false]);
  });

  it("is said in words", () => {
    expect([wordsOf(place), wordsOf(null)]).toEqual(["step 40 of branch 1, checksum 12345", "none"]);
  });
});

describe("an origin", () => {
  it("is the same where corpus and reference are", () => {
    const origin = { corpus: "a", reference: place };
    expect(sameOrigin(origin, { corpus: "a", reference: { ...place } })).toBe(true);
    expect(sameOrigin({ corpus: null, reference: null }, { corpus: null, reference: null })).toBe(true);
    for (const corpus of ["b", null]) expect(sameOrigin(origin, { ...origin, corpus })).toBe(false);
    for (const reference of others) expect(sameOrigin(origin, { ...origin, reference })).toBe(false);
  });
});

/** Branch 0 had one reference, branch 1 none. */
const history = new History("journal");
const line = { kind: "branch", step: 0, formatVersion: 1, emaAlpha: 0.3 } as const;
history.add({ line: { ...line, branch: 0, parent: null, reference: place }, crc: 7, offset: 0 });
history.add({ line: { ...line, branch: 1, parent: 0 }, crc: 8, offset: 99 });

const check = (branch: number | null, reference: LedgerPosition | null): (() => void) => {
  const position = branch === null ? null : { branch, step: 0, crc: 7 };
  return () => checkReference(history, position, { corpus: "a", reference });
};

describe("the reference of a run that goes on", () => {
  it("may be the one that its branch had, and any at the start of a run", () => {
    for (const reference of [...others, place]) expect(check(null, reference)).not.toThrow();
    expect(check(0, { ...place })).not.toThrow();
    expect(check(1, null)).not.toThrow();
  });

  it.each(others.map((other) => [wordsOf(other), other] as const))("must not become %s", (words, other) => {
    expect(check(0, other)).toThrow(
      expect.objectContaining({
        name: "ConfigError",
        message: `ledger.reference must stay as it was, step 40 of branch 1, checksum 12345, got ${words} (ledger.reference)`,
        hint: "set it back; for another reference, start a new run",
      }),
    );
  });

  it("must not be had where there was none", () => {
    expect(check(1, place)).toThrow(
      "ledger.reference must stay as it was, none, got step 40 of branch 1, checksum 12345 (ledger.reference)",
    );
  });
});
