import { describe, expect, it } from "vitest";

import { fixed, orDash, plural, thinningWords, wentFrom } from "../../../src/study/report/words.ts";

describe("words", () => {
  it.each([
    [3.2503, "3.250"],
    [null, "–"],
    [undefined, "–"],
    [Number.NaN, "–"],
  ])("%s or a dash is %s", (value, words) => {
    expect(orDash(value)).toBe(words);
  });

  it.each([
    [7.6, 4.6, "falls from 7.600 to 4.600"],
    [1, 2, "rises from 1.000 to 2.000"],
    [2, 2.0001, "stays at 2.000"],
    [undefined, 2, "has no values"],
  ])("from %s to %s", (first, last, words) => {
    expect(wentFrom(first, last)).toBe(words);
  });

  it("say how a series was thinned", () => {
    expect([thinningWords(50, 1), thinningWords(1100, 5)]).toEqual([
      "one point a step",
      "221 points, each of 5 consecutive steps",
    ]);
  });

  it("write no zero with a minus", () => {
    expect([-0.00001, -0.5, 0.00001].map(fixed(2))).toEqual(["0.00", "-0.50", "0.00"]);
  });

  it("count", () => {
    expect([plural(1, "step"), plural(1100, "step")]).toEqual(["1 step", "1,100 steps"]);
  });
});
