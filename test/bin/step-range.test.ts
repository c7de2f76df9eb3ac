import { expect, it } from "vitest";

import { stepRange } from "../../src/bin/step-range.ts";

it("a range of steps is A:B, with either end open", () => {
  expect(stepRange("100:200")).toEqual({ first: 100, last: 200 });
  expect(stepRange("7:")).toEqual({ first: 7 });
  expect(stepRange(":7")).toEqual({ last: 7 });
  for (const text of ["", ":", "5", "1-2", "a:b", "1:2:3", "-1:2", "1.5:2"])
    expect(() => stepRange(text)).toThrow("must be A:B, A: or :B, e.g. 100:200");
});
