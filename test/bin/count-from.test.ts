import { expect, it } from "vitest";

import { countFrom } from "../../src/bin/count-from.ts";

it("a count is a whole number of at least its least", () => {
  expect(countFrom(0)("0")).toBe(0);
  expect(countFrom(1)("1000")).toBe(1000);
  for (const text of ["0", "-1", "1.5", "x", "", " ", "1e99", "Infinity"])
    expect(() => countFrom(1)(text)).toThrow("must be a whole number of at least 1");
});
