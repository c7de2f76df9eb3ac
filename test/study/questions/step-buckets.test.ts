import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { StepBuckets } from "../../../src/study/questions/step-buckets.ts";

const ascending = fc
  .array(fc.nat(200), { maxLength: 60, size: "max" })
  .map((steps) => Uint32Array.from(steps.toSorted((a, b) => a - b)));

describe("runs of a bucket", () => {
  it("cut slots exactly where ⌊step / stepsPerBucket⌋ changes", () => {
    fc.assert(
      fc.property(ascending, fc.integer({ min: 1, max: 60 }), (step, perBucket) => {
        const buckets = Array.from(step, (value) => Math.floor(value / perBucket));
        const expected = [...new Set(buckets)].map((bucket) => ({
          start: buckets.indexOf(bucket),
          end: buckets.lastIndexOf(bucket) + 1,
          bucket,
        }));
        expect([...new StepBuckets(1, perBucket).runsOf(step, step.length)]).toEqual(expected);
      }),
    );
  });

  it("look at the first slots only", () => {
    expect([...new StepBuckets(1, 2).runsOf(Uint32Array.of(1, 2, 9), 2)]).toEqual([
      { start: 0, end: 1, bucket: 0 },
      { start: 1, end: 2, bucket: 1 },
    ]);
  });
});

describe("cells", () => {
  it("are zero until they are set, and stay as more are asked for", () => {
    const cells = new StepBuckets(3, 10);
    expect([cells.buckets, cells.values()]).toEqual([0, new Float64Array(0)]);
    cells.upTo(1)[3] = 7;
    cells.upTo(0)[0] = 5;
    expect(cells.buckets).toBe(2);
    cells.upTo(40)[122] = 9;
    expect(cells.buckets).toBe(41);
    const expected = new Float64Array(123);
    expected[0] = 5;
    expected[3] = 7;
    expected[122] = 9;
    expect(cells.values()).toEqual(expected);
  });

  it("are given as a copy", () => {
    const cells = new StepBuckets(1, 1);
    const before = (cells.upTo(0), cells.values());
    cells.upTo(0)[0] = 1;
    expect(before).toEqual(Float64Array.of(0));
  });
});
