import { describe, expect, it } from "vitest";

import { timeMajor } from "../../src/training/time-major.ts";

describe("time-major tokens", () => {
  it("are transposed to int32", () => {
    const tokens = Uint16Array.of(1, 2, 3, 4, 5, 65_535);
    expect(timeMajor(tokens, 2, 3)).toEqual(Int32Array.of(1, 4, 2, 5, 3, 65_535));
    expect(timeMajor(Uint32Array.of(1, 2, 3, 4, 5, 6), 3, 2)).toEqual(Int32Array.of(1, 3, 5, 2, 4, 6));
  });

  it("are zeros for rows that are not there", () => {
    expect(timeMajor(Uint16Array.of(7, 8), 3, 2)).toEqual(Int32Array.of(7, 0, 0, 8, 0, 0));
  });
});
