import { describe, expect, it } from "vitest";

import { count, duration, exactly, nats, percent } from "../../src/study/quantities.ts";

describe("words for numbers", () => {
  it.each([
    [0, "0 s"],
    [0.04, "0 s"],
    [0.36, "0.4 s"],
    [0.96, "1 s"],
    [41.6, "42 s"],
    [60, "1 min 00 s"],
    [185, "3 min 05 s"],
    [3600, "1 h 00 min"],
    [7799, "2 h 09 min"],
    [-3, "0 s"],
    [Infinity, "?"],
    [Number.NaN, "?"],
  ])("%d seconds are %s", (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });

  it.each([
    [0, "0"],
    [950, "950"],
    [3.1516, "3.15"],
    [1000, "1.00 k"],
    [12_345, "12.3 k"],
    [4_560_000, "4.56 M"],
    [7.89e9, "7.89 G"],
  ])("%d is %s", (value, words) => {
    expect(count(value)).toBe(words);
  });

  it.each([
    [3.1516, "3.152"],
    [0.01, "0.010"],
    [1.234e-6, "1.23e-6"],
  ])("a loss of %d is %s", (loss, words) => {
    expect(nats(loss)).toBe(words);
  });

  it.each([
    [7, "7"],
    [1100, "1,100"],
    [2_252_800, "2,252,800"],
  ])("%d to its last digit is %s", (value, words) => {
    expect(exactly(value)).toBe(words);
  });

  it.each([
    [0, "0.0%"],
    [0.3821, "38.2%"],
    [1, "100.0%"],
  ])("a share of %d is %s", (share, words) => {
    expect(percent(share)).toBe(words);
  });
});
