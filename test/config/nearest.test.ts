import { describe, expect, it } from "vitest";

import { nearest } from "../../src/config/nearest.ts";

const known = ["sampler", "steps", "seed", "weighing", "windowBytes"];

describe("nearest", () => {
  it.each([
    ["smapler", "sampler"],
    ["step", "steps"],
    ["windowbytes", "windowBytes"],
    ["wieghing", "weighing"],
  ])("%s was meant to be %s", (word, meant) => {
    expect(nearest(word, known)).toBe(meant);
  });

  it("is nothing when nothing resembles the word", () => {
    expect(nearest("optimiser", known)).toBeUndefined();
    expect(nearest("x", [])).toBeUndefined();
  });
});
