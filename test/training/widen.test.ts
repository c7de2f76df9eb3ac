import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { widen } from "../../src/training/widen.ts";

const bytesOf = (bits: readonly number[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Uint16Array.from(bits).buffer);

/** A float16 by its definition. */
const valueOf = (half: number): number => {
  const sign = half & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

describe("widen", () => {
  it("gives every float16 exactly", () => {
    const halves = Array.from({ length: 65_536 }, (_, half) => half);
    const wide = widen("F16", bytesOf(halves));
    expect(halves.filter((half) => !Object.is(wide[half], valueOf(half)))).toEqual([]);
  });

  it("gives a bfloat16 as the upper half of a float32", () => {
    expect([...widen("BF16", bytesOf([0x3f80, 0xc000, 0x0001, 0x8000, 0x7f80]))]).toEqual([
      1,
      -2,
      2 ** -133,
      -0,
      Infinity,
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), (bits) => {
        const wide = widen("BF16", bytesOf([bits]));
        expect(new Uint32Array(wide.buffer)[0]).toBe(bits * 65_536);
      }),
    );
  });

  it("leaves float32 where it lies", () => {
    const values = Float32Array.of(1, 2);
    expect(widen("F32", new Uint8Array(values.buffer)).buffer).toBe(values.buffer);
  });
});
