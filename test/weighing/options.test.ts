import { describe, expect, it } from "vitest";
import { z } from "zod";

import { type WeighingInput, weighingOptions } from "../../src/weighing/options.ts";

const messageOf = (input: unknown): string | undefined =>
  weighingOptions.safeParse(input).error?.issues[0]?.message;
const pathOf = (input: unknown): string | undefined =>
  weighingOptions.safeParse(input).error?.issues[0]?.path.join(".");

describe("weighingOptions", () => {
  it("fills in the defaults", () => {
    expect(weighingOptions.parse({})).toEqual({
      strategy: "uniform",
      r: 1,
      schedule: { kind: "constant" },
      beta: 1,
      normalise: "batch",
      delta: 1,
      capAlpha: 1,
      epsRange: 1e-6,
      lengthMode: "none",
      maxWeight: null,
      quantiles: null,
      nonFinite: "error",
    });
    const schedules: WeighingInput["schedule"][] = [
      { kind: "burnIn", steps: 5 },
      { kind: "holdThenDrop", steps: 5 },
      { kind: "linear", steps: 5 },
      { kind: "cosine", steps: 5, from: 10 },
    ];
    expect(schedules.map((schedule) => weighingOptions.parse({ schedule }).schedule)).toEqual([
      { kind: "burnIn", steps: 5, stepBase: 0 },
      { kind: "holdThenDrop", steps: 5, from: 100, stepBase: 0 },
      { kind: "linear", steps: 5, from: "infinite" },
      { kind: "cosine", steps: 5, from: 10 },
    ]);
  });

  it("survives JSON, infinite r included", () => {
    const options = weighingOptions.parse({ r: "infinite", schedule: { kind: "linear", steps: 3 } });
    expect(weighingOptions.parse(JSON.parse(JSON.stringify(options)))).toEqual(options);
  });

  it("says what published names mean here", () => {
    const names = "one of uniform, linupper, quadratic, extremes, upperAffine, identity, rawDro";
    expect(messageOf({ strategy: "upper" })).toBe(
      `${names} (upper is upperAffine in the GPT-2 code and linupper in its LLaMA branch)`,
    );
    expect(messageOf({ strategy: "mid" })).toBe(`${names} (mid is quadratic here)`);
    expect(messageOf({ strategy: "upper_affine" })).toBe(`${names} (it is spelt upperAffine here)`);
    expect(messageOf({ strategy: "raw_dro" })).toBe(`${names} (it is spelt rawDro here)`);
    expect(messageOf({ strategy: 3 })).toBe(
      `${names} (uniform is 1/M each; identity is what the paper's code calls uniform)`,
    );
  });

  it("refuses what is out of bounds, by key", () => {
    const wrong: [unknown, string][] = [
      [{ r: 0 }, "r"],
      [{ r: "big" }, "r"],
      [{ beta: 1.1 }, "beta"],
      [{ delta: 0 }, "delta"],
      [{ capAlpha: 2.5 }, "capAlpha"],
      [{ epsRange: 0 }, "epsRange"],
      [{ normalise: "sum" }, "normalise"],
      [{ lengthMode: "gpt2-local" }, "lengthMode"],
      [{ maxWeight: 0.5 }, "maxWeight"],
      [{ quantiles: [0.9, 0.1] }, "quantiles"],
      [{ quantiles: [0, 1.5] }, "quantiles.1"],
      [{ nonFinite: "skip" }, "nonFinite"],
      [{ schedule: { kind: "step" } }, "schedule.kind"],
      [{ schedule: { kind: "burnIn", steps: 0 } }, "schedule.steps"],
      [{ schedule: { kind: "burnIn", steps: 3, stepBase: 2 } }, "schedule.stepBase"],
    ];
    expect(wrong.map(([input]) => [input, pathOf(input)])).toEqual(wrong);
    expect(messageOf({ r: 0 })).toContain(">0");
    expect(messageOf({ quantiles: [0.9, 0.1] })).toBe("two quantiles, the lower one first");
    expect(weighingOptions.safeParse({ strategi: "uniform" }).error?.issues[0]?.code).toBe(
      "unrecognized_keys",
    );
  });

  it("describes every key", () => {
    const keys = Object.entries(z.toJSONSchema(weighingOptions, { io: "input" }).properties ?? {});
    expect(keys.map(([key]) => key)).toContain("schedule");
    expect(keys.filter(([, key]) => typeof key === "object" && key.description === undefined)).toEqual([]);
  });
});
