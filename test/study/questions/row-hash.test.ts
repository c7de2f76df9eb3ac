import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { createRowHash } from "../../../src/study/questions/row-hash.ts";

const bytesOf = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const anyRow = fc.integer({ min: 1, max: 70 }).chain(bytesOf);

describe("a row's hash", () => {
  it("is an integer in [0, 2⁵³) of the bytes alone, wherever they lie and whatever was hashed before", () => {
    fc.assert(
      fc.property(anyRow, fc.nat(7), fc.uint8Array({ maxLength: 8 }), (row, offset, noise) => {
        const hash = createRowHash(row.length);
        const value = hash(row);
        expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
        const around = new Uint8Array(offset + row.length + 8).fill(170);
        around.set(row, offset);
        const other = new Uint8Array(row.length);
        other.set(noise.subarray(0, row.length));
        hash(other);
        expect(hash(around.subarray(offset, offset + row.length))).toBe(value);
      }),
    );
  });

  it("is never that of a row which differs in one word of 4 bytes", () => {
    fc.assert(
      fc.property(anyRow, fc.nat(), fc.uint8Array({ minLength: 4, maxLength: 4 }), (row, at, word) => {
        const first = 4 * (at % Math.ceil(row.length / 4));
        const other = row.slice();
        other.set(word.subarray(0, row.length - first), first);
        fc.pre(Buffer.compare(row, other) !== 0);
        const hash = createRowHash(row.length);
        expect(hash(other)).not.toBe(hash(row));
      }),
    );
  });

  it("is another for each of many rows, as one of 32 bits would not be", () => {
    const hash = createRowHash(8);
    const words = new Int32Array(2);
    const row = new Uint8Array(words.buffer);
    const met = new Set<number>();
    const rows = 2 ** 18;
    for (let at = 0; at < rows; at++) {
      words[0] = Math.imul(at, 0x9e3779b1);
      words[1] = Math.imul(at, at);
      met.add(hash(row));
    }
    expect(met.size).toBe(rows);
  });
});
