import { describe, expect, it } from "vitest";

import { inverseOf, inverseRAt } from "../../src/weighing/r-schedule.ts";
import { vectors } from "../support/reweight-vectors.ts";

const { gpt2, llama } = vectors.schedules;

describe("the published schedules", () => {
  it.each(gpt2.samples)("GPT-2 code, its step $step: reweighted $reweighted", ({ step, r }) => {
    const schedule = { kind: "burnIn", steps: gpt2.burnIn, stepBase: 0 } as const;
    expect(inverseRAt(gpt2.target, schedule, step + 1)).toBe(r === null ? 0 : 1 / r);
  });

  it.each(llama.samples)("LLaMA code, its step $step: r $r", ({ step, r }) => {
    const schedule = { kind: "holdThenDrop", steps: llama.warmup, from: llama.warmupR, stepBase: 1 } as const;
    expect(inverseRAt(llama.target, schedule, step)).toBe(1 / r);
  });
});

const heldSteps = (stepBase: 0 | 1): number[] =>
  [1, 2, 3, 4, 5].filter((step) => inverseRAt(1, { kind: "burnIn", steps: 3, stepBase }, step) === 0);

describe("inverseRAt", () => {
  it("is 1/r, and 0 for infinite r", () => {
    expect(inverseRAt(0.4, { kind: "constant" }, 1)).toBe(2.5);
    expect(inverseRAt("infinite", { kind: "constant" }, 7)).toBe(0);
    expect(inverseOf("infinite")).toBe(0);
  });

  it("holds for exactly as many steps as stated, from step 1", () => {
    expect(heldSteps(0)).toEqual([1, 2, 3]);
    expect(heldSteps(1)).toEqual([1, 2]);
  });

  it("moves 1/r in a straight line", () => {
    const schedule = { kind: "linear", steps: 4, from: "infinite" } as const;
    const values = [1, 2, 3, 4, 5, 6].map((step) => inverseRAt(0.5, schedule, step));
    expect(values).toEqual([0, 0.5, 1, 1.5, 2, 2]);
  });

  it("moves 1/r along half a cosine wave, slow at both ends", () => {
    const schedule = { kind: "cosine", steps: 4, from: 2 } as const;
    const values = [1, 2, 3, 4, 5, 99].map((step) => inverseRAt(0.4, schedule, step));
    expect(values[0]).toBe(0.5);
    expect(values[1]).toBeCloseTo(0.5 + 2 * (0.5 - Math.SQRT1_2 / 2), 12);
    expect(values[2]).toBeCloseTo(1.5, 12);
    expect(values[3]).toBeCloseTo(0.5 + 2 * (0.5 + Math.SQRT1_2 / 2), 12);
    expect(values.slice(4)).toEqual([2.5, 2.5]);
  });
});
