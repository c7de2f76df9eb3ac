import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { PairTable } from "../../../src/corpus/tokenizer/pair-table.ts";

describe("PairTable", () => {
  it("numbers pairs as a map would, and finds only what it was given", () => {
    const token = fc.nat(2 ** 20 - 1);
    fc.assert(
      fc.property(fc.array(fc.tuple(token, token), { maxLength: 200 }), fc.nat(40), (pairs, capacity) => {
        const table = new PairTable(capacity);
        const numbers = new Map<string, number>();
        for (const [left, right] of pairs) {
          expect(table.find(left, right)).toBe(numbers.get(`${left} ${right}`) ?? -1);
          if (!numbers.has(`${left} ${right}`)) numbers.set(`${left} ${right}`, numbers.size);
          expect(table.intern(left, right)).toBe(numbers.get(`${left} ${right}`));
        }
        const listed = Array.from(
          { length: table.size },
          (_, pair) => `${table.leftOf(pair)} ${table.rightOf(pair)}`,
        );
        expect(listed).toEqual([...numbers.keys()]);
      }),
    );
  });
});
