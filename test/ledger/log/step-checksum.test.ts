import { assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";

import { sliceObservations } from "../../../src/ledger/log/column-rows.ts";
import { columnNames } from "../../../src/ledger/log/observations.ts";
import { stepChecksum } from "../../../src/ledger/log/step-checksum.ts";
import { layLog, stepBatchOf } from "../../support/log-in-memory.ts";

describe("a step's checksum", () => {
  it("is that of its journal line, the first of a segment or not, wherever its rows lie among others", () => {
    assert(
      property(integer({ min: 1, max: 40 }), integer({ min: 1, max: 40 }), (first, second) => {
        const { history } = layLog([{ segments: [[first, second]] }]);
        const [one, two] = [history.place(0, 1), history.place(0, 2)];
        expect(stepChecksum(one, stepBatchOf(0, 1, first).columns, 0)).toBe(one.data);
        expect(stepChecksum(two, stepBatchOf(0, 2, second).columns, 0)).toBe(two.data);
        expect(stepChecksum(two, stepBatchOf(0, 2, second).columns, 0)).not.toBe(one.data);
      }),
    );
    const all = stepBatchOf(0, 1, 30).columns;
    const { history } = layLog([{ segments: [[30]] }]);
    const place = { ...history.place(0, 1), rows: 13 };
    expect(stepChecksum(place, all, 5)).toBe(stepChecksum(place, sliceObservations(all, 5, 18), 0));
  });

  it("is another for any value that differs", () => {
    const place = layLog([{ segments: [[9]] }]).history.place(0, 1);
    for (const name of columnNames) {
      const rows = stepBatchOf(0, 1, 9).columns;
      for (let at = 0; at < rows[name].length; at++) {
        const before = rows[name][at]!;
        rows[name][at] = name === "trained" ? before ^ 1 : 5;
        expect(stepChecksum(place, rows, 0)).not.toBe(place.data);
        rows[name][at] = before;
      }
      expect(stepChecksum(place, rows, 0)).toBe(place.data);
    }
  });

  it("does not depend on bits behind the last row", () => {
    const place = layLog([{ segments: [[9]] }]).history.place(0, 1);
    const rows = stepBatchOf(0, 1, 9).columns;
    rows.trained[1]! |= 0xf0;
    expect(stepChecksum(place, rows, 0)).toBe(place.data);
  });
});
