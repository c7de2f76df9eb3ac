import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { PairHeap } from "../../../src/corpus/tokenizer/pair-heap.ts";

describe("PairHeap", () => {
  it("gives pairs by priority, equal ones by value", () => {
    const pair = fc.tuple(fc.integer({ min: -5, max: 5 }), fc.nat(50));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 300 }), (pairs) => {
        const heap = new PairHeap();
        for (const [priority, value] of pairs) heap.push(priority, value);
        const popped: [number, number][] = [];
        while (heap.size > 0) popped.push([heap.leastPriority, heap.pop()]);
        expect(popped).toEqual(pairs.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]));
      }),
    );
  });

  it("has no least when empty", () => {
    expect(new PairHeap().leastPriority).toBeNaN();
  });
});
