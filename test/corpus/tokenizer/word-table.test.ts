import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { WordTable } from "../../../src/corpus/tokenizer/word-table.ts";

const wordOf = (index: number): Uint8Array => new TextEncoder().encode(`word ${index}`);

describe("WordTable", () => {
  it("numbers byte strings as a map of strings would, through growth and the empty word", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3 }), { maxLength: 400 }), (words) => {
        const table = new WordTable();
        const numbers = new Map<string, number>();
        for (const word of words) {
          const name = word.join();
          const padded = Uint8Array.from([9, ...word, 9]);
          if (!numbers.has(name)) numbers.set(name, numbers.size);
          expect(table.intern(padded, 1, 1 + word.length)).toBe(numbers.get(name));
        }
        expect(table.size).toBe(numbers.size);
        expect(Array.from({ length: table.size }, (_, word) => table.wordAt(word).join())).toEqual([
          ...numbers.keys(),
        ]);
      }),
      { numRuns: 50 },
    );
  });

  it("keeps its words when it grows far", () => {
    const table = new WordTable();
    for (let index = 0; index < 5000; index++) table.intern(wordOf(index), 0, wordOf(index).length);
    expect(table.size).toBe(5000);
    for (let index = 0; index < 5000; index++)
      expect(table.intern(wordOf(index), 0, wordOf(index).length)).toBe(index);
    expect(table.byteLength).toBe(
      Array.from({ length: 5000 }, (_, index) => wordOf(index).length).reduce((a, b) => a + b),
    );
  });
});
