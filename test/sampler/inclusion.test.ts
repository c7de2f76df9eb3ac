import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { certain, equalUnits, inclusionUnits, keptOf } from "../../src/sampler/inclusion.ts";

const sumOf = (units: Uint32Array): number => units.reduce((sum, unit) => sum + unit, 0);

/** π by definition, one cap at a time from the largest; O(n²). */
const inclusionOracle = (scores: readonly number[], kept: number, epsilon: number): number[] => {
  const total = scores.reduce((sum, score) => sum + score, 0);
  const preference = scores.map((score) => ((1 - epsilon) * score) / total + epsilon / scores.length);
  const capped = new Set<number>();
  for (;;) {
    const open = preference.flatMap((_, row) => (capped.has(row) ? [] : [row]));
    const rest = open.reduce((sum, row) => sum + preference[row]!, 0);
    const level = (kept - capped.size) / rest;
    const largest = open.reduce((best, row) => (preference[row]! > preference[best]! ? row : best), open[0]!);
    if (open.length === 0 || preference[largest]! * level < 1)
      return preference.map((q, row) => (capped.has(row) ? 1 : q * level));
    capped.add(largest);
  }
};

const score = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: 0, max: 12, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1e-30, 1e30, 1e-45, 3.4e38, 1, 1, 5) },
  { weight: 1, arbitrary: fc.integer({ min: -30, max: 30 }).map((exponent) => 10 ** exponent) },
);
const problem = fc.array(score, { minLength: 1, maxLength: 60 }).chain((scores) =>
  fc.record({
    scores: fc.constant(Float32Array.from(scores)),
    kept: fc.integer({ min: 1, max: scores.length }),
    epsilon: fc.oneof(
      fc.constantFrom(0, 1e-12, 1e-9, 0.2, 1),
      fc.double({ min: 1e-12, max: 1, noNaN: true }),
    ),
  }),
);

describe("keptOf", () => {
  it.each([
    [10, 0.5, 5],
    [9, 0.5, 5],
    [9, 1, 9],
    [1, 0.001, 1],
    [262_144, 0.5, 131_072],
    [3, 0.1, 1],
  ])("of %d rows at keep %d takes %d", (rows, keep, kept) => {
    expect(keptOf(rows, keep)).toBe(kept);
  });
});

describe("equalUnits", () => {
  it("shares K·2²⁴ exactly between two neighbouring values", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (rows, keep) => {
          const kept = keptOf(rows, keep);
          const units = equalUnits(rows, kept);
          expect(sumOf(units)).toBe(kept * certain);
          expect(Math.max(...units) - Math.min(...units)).toBe((kept * certain) % rows === 0 ? 0 : 1);
        },
      ),
    );
  });

  it("is one value where n divides K·2²⁴", () => {
    expect(new Set(equalUnits(1024, 512))).toEqual(new Set([certain / 2]));
    expect(new Set(equalUnits(77, 77))).toEqual(new Set([certain]));
  });
});

describe("inclusionUnits", () => {
  it("sums to K·2²⁴ exactly, within [1, 2²⁴] for every row with a chance", () => {
    fc.assert(
      fc.property(problem, ({ scores, kept, epsilon }) => {
        const units = inclusionUnits(scores, kept, epsilon);
        expect(sumOf(units)).toBe(kept * certain);
        const positive = scores.filter((score) => score > 0).length;
        units.forEach((unit, row) => {
          const chance = epsilon > 0 || scores[row]! > 0 || positive < kept;
          expect(unit).toBeGreaterThanOrEqual(chance ? 1 : 0);
          expect(unit).toBeLessThanOrEqual(chance ? certain : 0);
        });
      }),
      { numRuns: 3000 },
    );
  });

  it("is water-filling, to a unit", () => {
    const losses = fc.array(fc.double({ min: 0.01, max: 12, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(
        losses,
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (losses, keep, epsilon) => {
          const scores = Float32Array.from(losses);
          const kept = keptOf(scores.length, keep);
          const units = inclusionUnits(scores, kept, epsilon);
          inclusionOracle([...scores], kept, epsilon).forEach((probability, row) => {
            expect(Math.abs(units[row]! - probability * certain)).toBeLessThan(1.001);
          });
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("never prefers the lower of two scores by more than a rounding", () => {
    fc.assert(
      fc.property(problem, ({ scores, kept, epsilon }) => {
        const units = inclusionUnits(scores, kept, epsilon);
        const byScore = Array.from(scores.keys()).toSorted((a, b) => scores[a]! - scores[b]!);
        for (let at = 1; at < byScore.length; at++)
          expect(units[byScore[at]!]!).toBeGreaterThanOrEqual(units[byScore[at - 1]!]! - 1);
      }),
      { numRuns: 1000 },
    );
  });

  it("gives fewer than K positive scores certainty and shares the rest, without a floor", () => {
    expect([...inclusionUnits(Float32Array.of(0, 5, 0, 0, 1e-30), 3, 0)]).toEqual([
      Math.floor(certain / 3),
      certain,
      Math.floor(certain / 3),
      Math.floor(certain / 3) + 1,
      certain,
    ]);
    expect([...inclusionUnits(new Float32Array(4), 2, 0)]).toEqual([...equalUnits(4, 2)]);
    expect([...inclusionUnits(Float32Array.of(3, 0, 7), 2, 0)]).toEqual([certain, 0, certain]);
  });

  it("leaves a chance to what vanishes beside a giant", () => {
    expect([...inclusionUnits(Float32Array.of(1e30, 1e-30), 1, 0)]).toEqual([certain - 1, 1]);
    const scores = new Float32Array(1000).fill(1e-30);
    scores[500] = 1e30;
    const units = inclusionUnits(scores, 1, 0);
    expect(units[500]).toBe(certain - 999);
    expect(new Set(units)).toEqual(new Set([1, certain - 999]));
  });

  it("fills where each pass caps little: scores spread evenly over all sizes of float32", () => {
    const scores = Float32Array.from({ length: 100_000 }, (_, row) => 10 ** (-37 + (75 * row) / 100_000));
    for (const kept of [1, 50_000, 99_999])
      expect(sumOf(inclusionUnits(scores, kept, 0))).toBe(kept * certain);
  });

  it("does not depend on the scale of the scores where scaling is exact", () => {
    const scores = Float32Array.from({ length: 257 }, (_, row) => 1 + ((row * 7919) % 257) / 64);
    const scaled = scores.map((score) => score * 2 ** 40);
    expect(inclusionUnits(scaled, 100, 0.2)).toEqual(inclusionUnits(scores, 100, 0.2));
  });

  it("keeps its numbers: sampling version 1, since draws follow from them", () => {
    expect([...inclusionUnits(Float32Array.of(1, 2, 3, 4, 30), 2, 0.2)]).toEqual([
      2796203, 3728270, 4660338, 5592405, 16777216,
    ]);
  });
});
