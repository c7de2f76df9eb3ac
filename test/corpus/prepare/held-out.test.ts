import { describe, expect, it } from "vitest";

import { contentHash, heldOutBound, shareBound } from "../../../src/corpus/prepare/held-out.ts";

const hashOf = (text: string): [number, number] => {
  const bytes = new TextEncoder().encode(text);
  return contentHash(bytes, 0, bytes.length);
};

describe("contentHash", () => {
  it("depends on the content only (golden: a change moves documents between training and evaluation)", () => {
    expect(contentHash(new TextEncoder().encode("xthe whalex"), 1, 10)).toEqual(hashOf("the whale"));
    expect(hashOf("the whale")).toEqual([2_549_711_998, 1_701_278_716]);
  });

  it("splits documents in the share asked for, and samples independently of it", () => {
    const hashes = Array.from({ length: 20_000 }, (_, index) => hashOf(`document ${index}`));
    const bound = shareBound(0.1);
    const heldOut = hashes.filter(([hash]) => hash < bound);
    // Binomial(20000, 0.1) has standard deviation 42; Binomial(2000, 0.5) has 22.
    expect(Math.abs(heldOut.length - 2000)).toBeLessThan(5 * 42);
    const sampled = heldOut.filter(([, sample]) => sample < shareBound(0.5));
    expect(Math.abs(sampled.length - heldOut.length / 2)).toBeLessThan(5 * 22);
  });
});

describe("heldOutBound", () => {
  it("holds out the share, and at least one document", () => {
    expect(heldOutBound(0.25, 5)).toBe(2 ** 30);
    expect(heldOutBound(0.25, 2 ** 31)).toBe(2 ** 31 + 1);
    expect([shareBound(0), shareBound(1)]).toEqual([0, 2 ** 32]);
  });
});
