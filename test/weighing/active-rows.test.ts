import { describe, expect, it } from "vitest";

import { CounterweightError, EngineError, SamplerError } from "../../src/errors.ts";
import { activeRows, putSlots, takeSlots } from "../../src/weighing/active-rows.ts";

const thrownBy = (act: () => unknown): CounterweightError => {
  try {
    act();
  } catch (error) {
    if (error instanceof CounterweightError) return error;
  }
  return expect.unreachable("nothing of ours was thrown");
};

describe("activeRows", () => {
  it("takes all rows of a sound batch", () => {
    expect([...activeRows([1, 2, 3], undefined, "error")]).toEqual([0, 1, 2]);
  });

  it("leaves out rows without targets, whatever their loss says", () => {
    expect([...activeRows([1, NaN, 3], [4, 0, 4], "error")]).toEqual([0, 2]);
  });

  it("leaves out losses that are not finite under mask", () => {
    expect([...activeRows([NaN, 2, Infinity, -Infinity, 5], undefined, "mask")]).toEqual([1, 4]);
  });

  it("refuses losses that are not finite under error, by slot and with what to do", () => {
    const error = thrownBy(() => activeRows([1, NaN], undefined, "error"));
    expect(error).toBeInstanceOf(EngineError);
    expect(error.message).toBe("loss of the row in slot 1 must be a finite number, got NaN");
    expect(error.hint).toContain("weighing.nonFinite");
  });

  it("refuses a batch of which no row is left", () => {
    expect(() => activeRows([NaN, NaN], undefined, "mask")).toThrow(
      "the batch has no row with a target and a finite loss",
    );
    expect(() => activeRows([], undefined, "error")).toThrow(EngineError);
  });

  it("refuses another number of targets than losses", () => {
    expect(() => activeRows([1, 2], [3], "error")).toThrow(
      new SamplerError("targets must be as many as losses, 2, got 1"),
    );
  });
});

describe("takeSlots and putSlots", () => {
  it("are inverse on the slots, and leave 0 elsewhere", () => {
    const slots = Uint32Array.of(1, 3);
    expect([...takeSlots([5, 6, 7, 8], slots)]).toEqual([6, 8]);
    expect([...putSlots(Float64Array.of(6, 8), slots, 4)]).toEqual([0, 6, 0, 8]);
  });
});
