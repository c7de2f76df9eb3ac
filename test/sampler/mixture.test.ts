import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { nextDomain, quantiseWeights, wholeParts } from "../../src/sampler/mixture.ts";

const weight = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 1, 1e-12, 1e-300, 1e300, 1e9) },
);
const weights = fc
  .array(weight, { minLength: 1, maxLength: 12 })
  .filter((weights) => weights.some((weight) => weight > 0));

describe("quantiseWeights", () => {
  it("divides 2³² parts exactly, at least one to each positive weight, none to 0", () => {
    fc.assert(
      fc.property(weights, (weights) => {
        const parts = quantiseWeights(weights);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(wholeParts);
        parts.forEach((part, domain) => {
          expect(Number.isInteger(part)).toBe(true);
          expect(part > 0).toBe(weights[domain]! > 0);
        });
      }),
    );
  });

  it("is off by less than a part where no weight is under one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }),
        (weights) => {
          const sum = weights.reduce((total, weight) => total + weight, 0);
          quantiseWeights(weights).forEach((part, domain) => {
            expect(Math.abs(part - (weights[domain]! / sum) * wholeParts)).toBeLessThan(1);
          });
        },
      ),
    );
  });

  it("gives what is left to the largest remainders, ties in order", () => {
    expect(quantiseWeights([1, 1, 1])).toEqual([1431655766, 1431655765, 1431655765]);
    expect(quantiseWeights([3, 1])).toEqual([3 * 2 ** 30, 2 ** 30]);
    expect(quantiseWeights([1, 1e-300])).toEqual([wholeParts - 1, 1]);
  });
});

/** Domain of each slot by the definition of releases and deadlines, in big integers. */
const slotsOracle = (parts: readonly number[], slots: number): number[] => {
  const counts = parts.map(() => 0n);
  const whole = BigInt(wholeParts);
  return Array.from({ length: slots }, (_, slot) => {
    let best = -1;
    let earliest = 0n;
    parts.forEach((part, domain) => {
      if (part === 0) return;
      const before = counts[domain]! * whole;
      if (before / BigInt(part) > BigInt(slot)) return;
      const due = (before + whole + BigInt(part) - 1n) / BigInt(part);
      if (best >= 0 && due >= earliest) return;
      best = domain;
      earliest = due;
    });
    counts[best]! += 1n;
    return best;
  });
};

describe("nextDomain", () => {
  it("is earliest pseudo-deadline first, by definition", () => {
    fc.assert(
      fc.property(weights, (weights) => {
        const parts = quantiseWeights(weights);
        const credits = new Float64Array(parts.length);
        const slots = Array.from({ length: 200 }, () => nextDomain(parts, credits));
        expect(slots).toEqual(slotsOracle(parts, 200));
      }),
      { numRuns: 300 },
    );
  });

  it("keeps every domain within one slot of its share, at every slot", () => {
    fc.assert(
      fc.property(weights, (weights) => {
        const parts = quantiseWeights(weights);
        const credits = new Float64Array(parts.length);
        const counts = parts.map(() => 0n);
        const wrong: string[] = [];
        for (let slot = 1n; slot <= 3000n; slot++) {
          counts[nextDomain(parts, credits)]! += 1n;
          parts.forEach((part, domain) => {
            const credit = slot * BigInt(part) - counts[domain]! * BigInt(wholeParts);
            const within = credit < BigInt(wholeParts) && -credit < BigInt(wholeParts);
            if (!within || credit !== BigInt(credits[domain]!)) wrong.push(`${domain} at ${slot}: ${credit}`);
          });
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps its slots: sampling version 1", () => {
    const parts = quantiseWeights([0.5, 0.3, 0.2]);
    const credits = new Float64Array(3);
    expect(Array.from({ length: 12 }, () => nextDomain(parts, credits)).join("")).toBe("010201010201");
  });
});
