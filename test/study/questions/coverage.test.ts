import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { createCoverage } from "../../../src/study/questions/coverage.ts";
import { answerOf, cutLogs, loggedDomains, logOf } from "../../support/logged-rows.ts";

describe("coverage", () => {
  it("is what had been seen at the end of each bucket, and how long ago on average", () => {
    fc.assert(
      fc.property(cutLogs, fc.integer({ min: 1, max: 50 }), (log, stepsPerBucket) => {
        const bucketOf = (step: number): number => Math.floor(step / stepsPerBucket);
        const buckets = Math.max(0, ...log.rows.map(({ step }) => bucketOf(step) + 1));
        const expected = Array.from({ length: buckets }, (_, bucket) => {
          const past = log.rows.filter(({ step }) => bucketOf(step) <= bucket);
          const asOf = past.at(-1)?.step ?? 0;
          const last = new Map<string, { domain: number; step: number }>();
          for (const { shard, row, domain, step, loss } of past)
            if (Number.isFinite(loss)) last.set(`${shard}:${row}`, { domain, step });
          const domains = Array.from({ length: loggedDomains }, (_, domain) => {
            const own = [...last.values()].filter((seen) => seen.domain === domain);
            const steps = own.reduce((sum, { step }) => sum + step, 0);
            return { seen: own.length, age: asOf - steps / own.length };
          });
          return { asOf, domains };
        });
        const cells = expected.flatMap(({ domains }) => domains);
        expect(answerOf(createCoverage(loggedDomains, stepsPerBucket), log)).toEqual({
          domains: loggedDomains,
          stepsPerBucket,
          buckets,
          asOf: Float64Array.from(expected, ({ asOf }) => asOf),
          seen: Float64Array.from(cells, ({ seen }) => seen),
          age: Float64Array.from(cells, ({ age }) => age),
        });
      }),
    );
  });

  it("counts an instance once, however often it was visited, and not where its losses were masked", () => {
    const log = logOf([1, 0, 0, 2], [1, 1, 0, Number.NaN], [2, 0, 0, 2], [3, 0, 1, 2], [3, 1, 0, Infinity]);
    const { seen, age, asOf } = answerOf(createCoverage(2, 10), log);
    expect([asOf, seen, age]).toEqual([
      Float64Array.of(3),
      Float64Array.of(2, 0),
      Float64Array.of(0.5, Number.NaN),
    ]);
  });

  it("has room for any number of instances", () => {
    const first = Array.from({ length: 5000 }, (_, at) => [1 + (at >> 10), 0, at, 1] as const);
    const again = first.slice(0, 1000).map(([, shard, row]) => [6, shard, row, 1] as const);
    const { seen, age } = answerOf(createCoverage(1, 100), logOf(...first, ...again));
    expect(seen).toEqual(Float64Array.of(5000));
    const steps = [...first.slice(1000), ...again].reduce((sum, [step]) => sum + step, 0);
    expect(age).toEqual(Float64Array.of(6 - steps / 5000));
  });

  it("refuses a domain that the corpus does not have", () => {
    expect(() => answerOf(createCoverage(1, 10), logOf([7, 1, 0, 1]))).toThrow(
      "domain of a loss must be below 1, got 1 (step 7)",
    );
  });
});
