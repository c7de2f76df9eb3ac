import { describe, expect, it } from "vitest";

import { ledgerOptions } from "../../src/ledger/options.ts";

describe("ledgerOptions", () => {
  it("fills in every default", () => {
    expect(ledgerOptions.parse({})).toEqual({
      emaAlpha: 0.3,
      maxUncommittedSteps: 64,
      cacheBytes: 268_435_456,
      retainSteps: null,
      reference: null,
    });
  });

  it.each([
    { emaAlpha: 0 },
    { emaAlpha: 1.5 },
    { maxUncommittedSteps: 0 },
    { cacheBytes: 1000 },
    { reference: "" },
    { alpha: 0.3 },
  ])("refuses %j", (bad) => {
    expect(ledgerOptions.safeParse(bad).success).toBe(false);
  });
});
