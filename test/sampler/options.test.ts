import { describe, expect, it } from "vitest";
import { z } from "zod";

import { keepOf, samplerOptions } from "../../src/sampler/options.ts";

describe("samplerOptions", () => {
  it("has a default for every key but keep and mixture", () => {
    expect(samplerOptions.parse({})).toEqual({
      kind: "uniform",
      lag: 1,
      windowBytes: 268_435_456,
      score: "lastLoss",
      power: 1,
      epsilon: 0.2,
    });
  });

  it("keeps all of a window for uniform and half of it for importance, unless told", () => {
    expect(keepOf(samplerOptions.parse({}))).toBe(1);
    expect(keepOf(samplerOptions.parse({ kind: "importance" }))).toBe(0.5);
    expect(keepOf(samplerOptions.parse({ kind: "uniform", keep: 0.25 }))).toBe(0.25);
  });

  it("takes a mixture as weights or as stages", () => {
    const stages = [
      { fromStep: 1, weights: { book: 1 } },
      { fromStep: 9, weights: { code: 2 } },
    ];
    expect(samplerOptions.parse({ mixture: { book: 0.5, code: 3 } }).mixture).toEqual({ book: 0.5, code: 3 });
    expect(samplerOptions.parse({ mixture: stages }).mixture).toEqual(stages);
  });

  it.each([
    { kind: "random" },
    { lag: -1 },
    { lag: 0.5 },
    { windowBytes: 0 },
    { power: -1 },
    { epsilon: 1.1 },
    { epsilon: 1e-13 },
    { keep: 0 },
    { keep: 1.01 },
    { mixture: [] },
    { mixture: { book: -1 } },
    { mixture: [{ fromStep: 0, weights: { book: 1 } }] },
    { windowbytes: 5 },
  ])("refuses %j", (options) => {
    expect(samplerOptions.safeParse(options).success).toBe(false);
  });

  it("describes every key", () => {
    const schema = z.toJSONSchema(samplerOptions, { io: "input" });
    const keys = Object.entries(schema.properties ?? {});
    expect(keys.length).toBe(8);
    expect(keys.filter(([, key]) => typeof key !== "object" || !key.description)).toEqual([]);
  });
});
