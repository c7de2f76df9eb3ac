import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { evenly, middleOf, stepsPerBucketOf, thinned } from "../../../src/study/report/thinned.ts";

describe("a thinned series", () => {
  it("has mean, least and greatest of every bucket of steps, buckets counted from step 0", () => {
    expect(thinned(Float64Array.of(1, 2, 6, 4), 2)).toEqual([
      { step: 1, mean: 1, min: 1, max: 1 },
      { step: 2.5, mean: 4, min: 2, max: 6 },
      { step: 4, mean: 4, min: 4, max: 4 },
    ]);
  });

  it("leaves out what is no number, and buckets without any", () => {
    expect(thinned(Float64Array.of(Number.NaN, Number.NaN, 5, Infinity), 2)).toEqual([
      { step: 2.5, mean: 5, min: 5, max: 5 },
    ]);
  });

  it("has so many buckets at most, and keeps the extremes of the whole", () => {
    const series = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), {
      minLength: 1,
      maxLength: 400,
    });
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 50 }), (values, most) => {
        const points = thinned(Float64Array.from(values), stepsPerBucketOf(values.length, most));
        expect(points.length).toBeLessThanOrEqual(most);
        expect(Math.min(...points.map(({ min }) => min))).toBe(Math.min(...values));
        expect(Math.max(...points.map(({ max }) => max))).toBe(Math.max(...values));
        expect(points.every(({ step }) => step >= 1 && step <= values.length)).toBe(true);
      }),
    );
  });

  it("gives a bucket the middle of the steps that it really holds", () => {
    expect([middleOf(0, 10, 100), middleOf(1, 10, 100), middleOf(10, 10, 100)]).toEqual([5, 14.5, 100]);
  });
});

describe("evenly spread items", () => {
  it("are all of a few, and first, last and equal steps of many", () => {
    expect(evenly([1, 2, 3], 3)).toEqual([1, 2, 3]);
    expect(
      evenly(
        Array.from({ length: 101 }, (_, at) => at),
        5,
      ),
    ).toEqual([0, 25, 50, 75, 100]);
  });
});
