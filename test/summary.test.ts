import { describe, expect, it } from "vitest";

import { type Summary, heldOutOf, meanOver } from "../src/summary.ts";

const result = (loss: number) => ({
  rows: 3,
  loss,
  perplexity: Math.exp(loss),
  bitsPerByte: loss / 2,
  unigramEntropy: 6,
});
const evaluations = [
  { step: 0, heldOut: { a: result(8), b: result(7) } },
  { step: 5, heldOut: { a: result(5), b: result(5) } },
  { step: 9, heldOut: { a: result(4), b: result(3) } },
];

describe("the summary", () => {
  it("holds first and last evaluation side by side", () => {
    expect(heldOutOf(evaluations)).toEqual({
      a: { first: result(8), last: result(4) },
      b: { first: result(7), last: result(3) },
    });
    expect(heldOutOf([])).toEqual({});
  });

  it("averages over domains, each counting the same", () => {
    const summary = { heldOut: heldOutOf(evaluations) } as Summary;
    expect(meanOver(summary, ({ first }) => first.loss)).toBe(7.5);
    expect(meanOver(summary, ({ last }) => last.loss)).toBe(3.5);
  });
});
