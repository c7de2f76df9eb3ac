import { array, assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";

import { StepsOfRows, hasLargeSteps } from "../../../src/ledger/log/steps-of-rows.ts";
import { layLog } from "../../support/log-in-memory.ts";

describe("the steps of a span's rows", () => {
  it("follow one another as the journal says, however they are taken", () => {
    const sizes = array(integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 });
    assert(
      property(
        sizes,
        integer({ min: 0, max: 11 }),
        array(integer({ min: 1, max: 20 })),
        (rows, anyFirst, takes) => {
          const { history } = layLog([{ segments: [rows] }]);
          const first = 1 + (anyFirst % rows.length);
          const wanted = rows.flatMap((size, at) => (at + 1 < first ? [] : Array<number>(size).fill(at + 1)));
          const steps = new StepsOfRows(history, { segment: 1, branch: 0, first, last: rows.length });
          const got: number[] = [];
          for (const count of takes) {
            const most = Math.min(count, wanted.length - got.length);
            const taken = steps.take(most);
            expect(taken.length).toBe(most);
            got.push(...taken);
          }
          expect(got).toEqual(wanted.slice(0, got.length));
        },
      ),
    );
  });

  it("are those of a branch that goes on from another", () => {
    const { history } = layLog([{ segments: [[2, 3, 4]] }, { parent: 0, from: 2, segments: [[5, 1]] }]);
    const of = (segment: number, first: number, last: number) =>
      new StepsOfRows(history, { segment, branch: 1, first, last });
    expect([...of(1, 1, 2).take(5)]).toEqual([1, 1, 2, 2, 2]);
    expect([...of(2, 3, 4).take(6)]).toEqual([3, 3, 3, 3, 3, 4]);
  });
});

describe("large steps", () => {
  it.each([
    [[64, 64], true],
    [[1, 127], true],
    [[63, 64], false],
  ])("are steps of 64 rows or more on average: %j is %s", (rows, isLarge) => {
    const { history } = layLog([{ segments: [rows] }]);
    expect(hasLargeSteps(history, { segment: 1, branch: 0, first: 1, last: 2 })).toBe(isLarge);
  });
});
