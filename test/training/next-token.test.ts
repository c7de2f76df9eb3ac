import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { nextToken } from "../../src/training/next-token.ts";

const logits = Float32Array.from([0.1, 0.4, 0.2, 0.3], Math.log);
const free = { temperature: 1, topK: null };
/** How often each token comes over evenly spread units. */
const sharesOf = (freedom: typeof free | { temperature: number; topK: number }, of = logits): number[] => {
  const shares = Array.from(of, () => 0);
  for (let at = 0; at < 1000; at++) shares[nextToken(of, freedom, (at + 0.5) / 1000)]! += 0.001;
  return shares.map((share) => Number(share.toFixed(3)));
};

describe("the next token", () => {
  it("follows the softmax of the logits", () => {
    expect(sharesOf(free)).toEqual([0.1, 0.4, 0.2, 0.3]);
  });

  it("follows the logits over the temperature", () => {
    const squares = [0.01, 0.16, 0.04, 0.09].map((square) => square / 0.3);
    const shares = sharesOf({ temperature: 0.5, topK: null });
    for (const [token, share] of shares.entries())
      expect(Math.abs(share - squares[token]!)).toBeLessThan(0.002);
  });

  it("is the likeliest one at temperature 0, the first of equals", () => {
    expect(nextToken(logits, { temperature: 0, topK: null }, 0.99)).toBe(1);
    expect(nextToken(Float32Array.of(0, 2, 2), { temperature: 0, topK: null }, 0.99)).toBe(1);
  });

  it("is one of the topK likeliest, of equals the first", () => {
    expect(sharesOf({ temperature: 1, topK: 2 })).toEqual([0, 0.571, 0, 0.429]);
    expect(sharesOf({ temperature: 1, topK: 1 })).toEqual([0, 1, 0, 0]);
    expect(sharesOf({ temperature: 1, topK: 99 })).toEqual([0.1, 0.4, 0.2, 0.3]);
    expect(sharesOf({ temperature: 1, topK: 2 }, new Float32Array(3))).toEqual([0.5, 0.5, 0]);
  });

  it("is a token whatever the logits and the unit", () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.option(fc.integer({ min: 1, max: 25 })),
        (values, unit, topK) => {
          const token = nextToken(Float32Array.from(values), { temperature: 1, topK }, unit);
          expect(token).toBeGreaterThanOrEqual(0);
          expect(token).toBeLessThan(values.length);
        },
      ),
    );
  });
});
