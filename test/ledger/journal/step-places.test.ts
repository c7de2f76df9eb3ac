import { array, assert, integer, maxSafeInteger, property, record } from "fast-check";
import { describe, expect, it } from "vitest";

import { StepPlaces } from "../../../src/ledger/journal/step-places.ts";

const uint32 = integer({ min: 0, max: 2 ** 32 - 1 });
const place = record({
  segment: integer({ min: 1, max: 2 ** 31 }),
  start: maxSafeInteger(),
  end: maxSafeInteger(),
  rows: uint32,
  data: uint32,
  crc: uint32,
  firstRow: maxSafeInteger(),
});

describe("places of steps", () => {
  it("are given back as they were, however many there are and however large a segment is", () => {
    assert(
      property(array(place, { maxLength: 300 }), (wanted) => {
        const places = new StepPlaces();
        for (const each of wanted) places.push(each);
        expect(places.length).toBe(wanted.length);
        for (const [index, each] of wanted.entries())
          expect(places.at(index, index + 8, 3)).toEqual({ ...each, step: index + 8, branch: 3 });
      }),
      { numRuns: 30 },
    );
  });

  it("stay while more come", () => {
    const places = new StepPlaces();
    for (let at = 0; at < 5000; at++)
      places.push({ segment: at, start: at, end: at + 1, rows: 1, data: at, crc: at, firstRow: at });
    expect([0, 63, 64, 4999].map((index) => places.at(index, 1, 0).segment)).toEqual([0, 63, 64, 4999]);
    expect(places.length).toBe(5000);
  });
});
