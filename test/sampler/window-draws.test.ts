import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { SamplerError } from "../../src/errors.ts";
import { certain, inclusionUnits } from "../../src/sampler/inclusion.ts";
import { drawWindow } from "../../src/sampler/window-draws.ts";
import { windowAt } from "../../src/sampler/window.ts";

const blocks = [
  { shard: 4, firstRow: 100, rows: 6, bytes: 1 },
  { shard: 9, firstRow: 0, rows: 5, bytes: 1 },
];
const window = windowAt(blocks, Uint32Array.of(1, 0), 2, 0, 2);
const settings = { seed: 1, domain: "book", kept: 5, epsilon: 0.2 };

describe("drawWindow", () => {
  it("takes K different rows and keeps the probability of each", () => {
    const scores = Float32Array.from({ length: 11 }, (_, row) => 1 + row);
    const { pool, equal } = drawWindow(window, scores, settings);
    const units = inclusionUnits(scores, 5, 0.2);
    expect(equal).toBe(false);
    expect(new Set(pool.subarray(0, 5)).size).toBe(5);
    expect([...pool.subarray(5)]).toEqual([...pool.subarray(0, 5)].map((row) => units[row]));
  });

  it("draws the same without scores, with equal ones and with a floor of 1", () => {
    const plain = drawWindow(window, null, settings);
    expect(plain.equal).toBe(true);
    for (const score of [0, 1e-30, 2.5, 3e38])
      expect(drawWindow(window, new Float32Array(11).fill(score), settings)).toEqual(plain);
    const uneven = Float32Array.from({ length: 11 }, (_, row) => row);
    expect(drawWindow(window, uneven, { ...settings, epsilon: 1 })).toEqual(plain);
  });

  it("shuffles all rows, each certain, when it keeps all", () => {
    const uneven = Float32Array.from({ length: 11 }, (_, row) => row);
    const { pool, equal } = drawWindow(window, uneven, { ...settings, kept: 11 });
    expect(equal).toBe(true);
    expect([...pool.subarray(0, 11)].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 11 }, (_, row) => row),
    );
    expect(new Set(pool.subarray(11))).toEqual(new Set([certain]));
  });

  it.each([Number.NaN, -1, -1e-30, Infinity, -Infinity])("refuses a score of %d, and says whose", (bad) => {
    fc.assert(
      fc.property(fc.nat(10), (index) => {
        const scores = new Float32Array(11).fill(1);
        scores[index] = bad;
        const [shard, row] = index < 5 ? [9, index] : [4, 100 + index - 5];
        const problem = `score in shard ${shard} must be finite and not negative, got ${scores[index]} (row ${row})`;
        expect(() => drawWindow(window, scores, settings)).toThrowError(problem);
      }),
    );
  });

  it("refuses scores of another number of rows", () => {
    expect(() => drawWindow(window, new Float32Array(10), settings)).toThrowError(
      new SamplerError("scores of a window must be 11 numbers, got 10"),
    );
  });
});
