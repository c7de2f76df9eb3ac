import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { createMeanLoss } from "../../../src/study/questions/mean-loss.ts";
import { columnsOf, cutLogs, answerOf, loggedDomains, logOf } from "../../support/logged-rows.ts";

/** A float32 number, or a sum of them, in units of 2⁻¹⁴⁹: exact. */
const unitsOf = (value: number): bigint => {
  let [whole, exponent] = [value, 0];
  while (!Number.isInteger(whole)) [whole, exponent] = [2 * whole, exponent + 1];
  return BigInt(whole) * 2n ** BigInt(149 - exponent);
};
const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

describe("mean loss by domain and steps", () => {
  it("is the sum in slot order over the count, to the last bit", () => {
    fc.assert(
      fc.property(cutLogs, fc.integer({ min: 1, max: 50 }), (log, stepsPerBucket) => {
        const buckets = Math.max(0, ...log.rows.map(({ step }) => Math.floor(step / stepsPerBucket) + 1));
        const cells = Array.from({ length: buckets * loggedDomains }, () => ({
          count: 0,
          sum: 0,
          masked: 0,
        }));
        for (const { step, domain, loss } of log.rows) {
          const cell = cells[Math.floor(step / stepsPerBucket) * loggedDomains + domain]!;
          if (Number.isFinite(loss)) Object.assign(cell, { count: cell.count + 1, sum: cell.sum + loss });
          else cell.masked++;
        }
        expect(answerOf(createMeanLoss(loggedDomains, stepsPerBucket), log)).toEqual({
          domains: loggedDomains,
          stepsPerBucket,
          buckets,
          count: Float64Array.from(cells, ({ count }) => count),
          sum: Float64Array.from(cells, ({ sum }) => sum),
          mean: Float64Array.from(cells, ({ count, sum }) => sum / count),
          masked: Float64Array.from(cells, ({ masked }) => masked),
        });
      }),
    );
  });

  it("is within the stated bound of the exact sum, and so of any other order's", () => {
    fc.assert(
      fc.property(cutLogs, (log) => {
        const { sum, count } = answerOf(createMeanLoss(1, 1000), {
          ...log,
          rows: log.rows.map((row) => ({ ...row, domain: 0 })),
        });
        const losses = log.rows.map(({ loss }) => loss).filter(Number.isFinite);
        expect(count[0] ?? 0).toBe(losses.length);
        const exact = losses.reduce((total, loss) => total + unitsOf(loss), 0n);
        const size = losses.reduce((total, loss) => total + magnitude(unitsOf(loss)), 0n);
        const error = magnitude(unitsOf(sum[0] ?? 0) - exact);
        expect(error * 2n ** 53n <= BigInt(losses.length) * size).toBe(true);
      }),
    );
  });

  it("is the same in any order for losses of usual size", () => {
    const usual = fc.array(fc.float({ min: 2 ** -4, max: 31.5, noNaN: true }), {
      minLength: 1,
      maxLength: 300,
      size: "max",
    });
    fc.assert(
      fc.property(usual, fc.infiniteStream(fc.double({ noNaN: true })), (losses, keys) => {
        const shuffled = losses
          .map((loss) => ({ loss, key: keys.next().value }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ loss }) => loss);
        const [inOrder, inAnother] = [losses, shuffled].map((values) =>
          answerOf(createMeanLoss(1, 10), logOf(...values.map((loss, row) => [1, 0, row, loss] as const))),
        );
        expect(inAnother).toEqual(inOrder);
      }),
      { numRuns: 30 },
    );
  });

  it("says nothing of domains without losses and of what was masked", () => {
    const log = logOf([1, 0, 0, 2], [1, 1, 0, Number.NaN], [5, 0, 0, 4], [5, 0, 1, 1]);
    const { buckets, mean, count, masked } = answerOf(createMeanLoss(3, 4), log);
    expect([buckets, mean, count, masked]).toEqual([
      2,
      Float64Array.of(2, Number.NaN, Number.NaN, 2.5, Number.NaN, Number.NaN),
      Float64Array.of(1, 0, 0, 2, 0, 0),
      Float64Array.of(0, 1, 0, 0, 0, 0),
    ]);
    expect(createMeanLoss(3, 4).result()).toMatchObject({ buckets: 0, mean: new Float64Array(0) });
  });

  it("is not changed by later rows", () => {
    const question = createMeanLoss(1, 1);
    const { rows } = logOf([1, 0, 0, 2]);
    question.add(columnsOf(rows));
    const before = question.result();
    question.add(columnsOf(rows));
    expect(before.count).toEqual(Float64Array.of(0, 1));
    expect(question.result().count).toEqual(Float64Array.of(0, 2));
  });

  it("refuses a domain that the corpus does not have", () => {
    expect(() => answerOf(createMeanLoss(2, 10), logOf([7, 2, 0, 1]))).toThrow(
      "domain of a loss must be below 2, got 2 (step 7)",
    );
  });
});
