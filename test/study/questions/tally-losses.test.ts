import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type LossTally, tallyLosses } from "../../../src/study/questions/tally-losses.ts";

const emptyTally = (domains: number): LossTally => ({
  count: new Float64Array(domains),
  sum: new Float64Array(domains),
  masked: new Float64Array(domains),
});

/** The same, plainly. */
const addPlainly = (
  { count, sum, masked }: LossTally,
  loss: Float32Array,
  domain: Uint16Array,
  start: number,
  end: number,
): number => {
  for (let at = start; at < end; at++) {
    const number = domain[at]!;
    if (number >= sum.length) return at;
    if (Number.isFinite(loss[at])) {
      count[number]! += 1;
      sum[number]! += loss[at]!;
    } else masked[number]! += 1;
  }
  return end;
};

const anyLoss = fc.oneof(fc.float(), fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0));

describe("tallying losses", () => {
  it("adds them one by one in their order, whatever was tallied elsewhere meanwhile", () => {
    const rows = fc.array(fc.record({ loss: anyLoss, domain: fc.nat(6) }), { maxLength: 60, size: "max" });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 7 }), fc.nat(60), (all, domains, anyCut) => {
        const loss = Float32Array.from(all, (row) => row.loss);
        const domain = Uint16Array.from(all, (row) => row.domain);
        const cut = Math.min(anyCut, all.length);
        const wanted = emptyTally(domains);
        const got = emptyTally(domains);
        const elsewhere = emptyTally(65_536);
        for (const [start, end] of [
          [0, cut],
          [cut, all.length],
        ] as const) {
          const ended = addPlainly(wanted, loss, domain, start, end);
          expect(tallyLosses(got, loss, domain, start, end)).toBe(ended);
          tallyLosses(elsewhere, Float32Array.of(7, Number.NaN), Uint16Array.of(0, 65_535), 0, 2);
        }
        expect(got).toEqual(wanted);
        expect([elsewhere.sum[0], elsewhere.masked[65_535]]).toEqual([14, 2]);
      }),
    );
  });

  it("goes on through any number of rows, and ends at the first of a domain that is not there", () => {
    const size = 50_000;
    const loss = Float32Array.from({ length: size }, (_, at) => (at % 97) / 8);
    const domain = Uint16Array.from({ length: size }, (_, at) => at % 5);
    const wanted = emptyTally(5);
    addPlainly(wanted, loss, domain, 3, size);
    const got = emptyTally(5);
    expect(tallyLosses(got, loss, domain, 3, size)).toBe(size);
    expect(got).toEqual(wanted);
    domain[40_000] = 5;
    const ended = emptyTally(5);
    expect(tallyLosses(ended, loss, domain, 0, size)).toBe(40_000);
    expect(ended.count.reduce((sum, count) => sum + count, 0)).toBe(40_000);
  });
});
