import { describe, expect, it } from "vitest";

import { type WeighedRows, diagnose } from "../../src/weighing/diagnostics.ts";
import { float64Arithmetic as math } from "../../src/weighing/float64-arithmetic.ts";
import { strategyScores } from "../../src/weighing/strategies.ts";
import { parametersOf, vectors } from "../support/reweight-vectors.ts";

const ones = (size: number): Float64Array => new Float64Array(size).fill(1);
const rowsOf = (losses: number[], weights: number[], more: Partial<WeighedRows> = {}): WeighedRows => ({
  losses: Float64Array.from(losses),
  weights: Float64Array.from(weights),
  scores: new Float64Array(losses.length),
  correction: ones(losses.length),
  targets: ones(losses.length),
  domain: new Float64Array(losses.length),
  ...more,
});
const facts = { inverseR: 1, masked: 0, atCap: () => false };

describe("reference vectors", () => {
  it.each(vectors.cases)("$name at delta $delta: gain, ESS, M·w_max and KL", (vector) => {
    const scale = Math.max(1, ...vector.losses.map(Math.abs));
    for (const { byTemperature } of Object.values(vector.results))
      for (const figures of Object.values(byTemperature)) {
        const { gamma, rho, ess, maxWeightTimesSize, klFromUniform, loss } = diagnose(
          rowsOf(vector.losses, figures.weights),
          facts,
        );
        expect(Math.abs(gamma - figures.gain)).toBeLessThan(1e-12 * scale);
        expect(Math.abs(rho * figures.meanLoss - figures.weightedLoss)).toBeLessThan(1e-12 * scale);
        expect(ess / figures.ess).toBeCloseTo(1, 12);
        expect(maxWeightTimesSize / figures.wMaxTimesM).toBeCloseTo(1, 12);
        expect(klFromUniform).toBeCloseTo(figures.klFromUniform, 12);
        expect(Math.abs(loss.mean - figures.meanLoss)).toBeLessThan(1e-12 * scale);
      }
  });
});

describe("diagnose", () => {
  it("compares with what the draws alone would give", () => {
    const { gamma, rho, weightSum } = diagnose(
      rowsOf([2, 4], [0.25, 0.75], { correction: Float64Array.of(1, 3) }),
      facts,
    );
    expect([gamma, rho, weightSum]).toEqual([0, 1, 1]);
  });

  it("speaks of shares when weights do not sum to 1", () => {
    const { weightSum, ess, maxWeightTimesSize, klFromUniform, gamma } = diagnose(
      rowsOf([2, 4], [1, 1]),
      facts,
    );
    expect([weightSum, ess, maxWeightTimesSize, klFromUniform, gamma]).toEqual([2, 2, 1, 0, 0]);
  });

  it("gives rho 1 when the plain mean is 0", () => {
    expect(diagnose(rowsOf([0, 0], [0.5, 0.5]), facts).rho).toBe(1);
  });

  it("gives the value that strategy weights attain: Σqs − r·KL(q‖uniform)", () => {
    const losses = [3, 2, 5, 4.5, 2.2];
    const scores = strategyScores(math, Float64Array.from(losses), parametersOf("linupper", 1));
    const inverseR = 2.5;
    const exponentials = scores.map((score) => Math.exp(score * inverseR));
    const total = exponentials.reduce((a, b) => a + b, 0);
    const q = exponentials.map((item) => item / total);
    const { droValue, klFromUniform } = diagnose(rowsOf(losses, [...q], { scores }), { ...facts, inverseR });
    const attained = q.reduce((sum, weight, i) => sum + weight * scores[i]!, 0) - klFromUniform / inverseR;
    expect(droValue).toBeCloseTo(attained, 12);
    const plain = diagnose(rowsOf(losses, [...q], { scores }), { ...facts, inverseR: 0 }).droValue;
    expect(plain).toBeCloseTo(scores.reduce((a, b) => a + b, 0) / 5, 12);
  });

  it("says who got the weight: low losses, the largest, domains, long rows", () => {
    const { lowerHalfShare, topTenthShare, domains, lengthCorrelation, loss } = diagnose(
      rowsOf([5, 1, 3, 2, 4], [0.4, 0.1, 0.2, 0.1, 0.2], {
        domain: [2, 0, 0, 2, 0],
        targets: Float64Array.of(40, 10, 20, 10, 20),
      }),
      facts,
    );
    expect(lowerHalfShare).toBeCloseTo(0.2, 12);
    expect(topTenthShare).toBe(0.4);
    expect(lengthCorrelation).toBeCloseTo(1, 12);
    expect(loss).toEqual({ min: 1, median: 3, mean: 3, max: 5 });
    expect(domains.map(({ domain, rowShare }) => [domain, rowShare])).toEqual([
      [0, 0.6],
      [2, 0.4],
    ]);
    expect(domains.map(({ weightShare }) => Number(weightShare.toFixed(12)))).toEqual([0.5, 0.5]);
  });

  it("counts rows at a cap, and passes on what it is told", () => {
    const { fractionAtCap, rows, masked, inverseR } = diagnose(
      rowsOf([1, 2, 3, 4], [0.25, 0.25, 0.25, 0.25]),
      {
        inverseR: 0.4,
        masked: 3,
        atCap: (row) => row > 2,
      },
    );
    expect({ fractionAtCap, rows, masked, inverseR }).toEqual({
      fractionAtCap: 0.25,
      rows: 4,
      masked: 3,
      inverseR: 0.4,
    });
  });

  it("takes weights of 0", () => {
    const { klFromUniform, ess } = diagnose(rowsOf([1, 2], [0, 1]), facts);
    expect([klFromUniform, ess]).toEqual([Math.log(2), 1]);
  });
});
