import { describe, expect, it } from "vitest";

import { SamplerError } from "../../src/errors.ts";
import { correctionOf } from "../../src/weighing/correction.ts";

describe("correctionOf", () => {
  it("is (base / probability)^beta", () => {
    expect([...correctionOf([0.5, 0.25, 1], [0.5, 0.5, 0.5], 1)]).toEqual([1, 2, 0.5]);
    expect([...correctionOf([0.5, 0.125], [0.5, 0.5], 0.5)]).toEqual([1, 2]);
  });

  it("is all ones at beta 0 and for draws without preference", () => {
    expect([...correctionOf([0.1, 0.9], [0.5, 0.5], 0)]).toEqual([1, 1]);
    expect([...correctionOf(Float32Array.of(0.3, 0.3), Float32Array.of(0.3, 0.3), 0.7)]).toEqual([1, 1]);
  });

  it("refuses what is not a probability, by slot", () => {
    for (const wrong of [0, -0.1, 1.5, NaN])
      expect(() => correctionOf([0.5, wrong], [0.5, 0.5], 1)).toThrow(
        new SamplerError(`probability of the draw in slot 1 must be in (0, 1], got ${wrong}`),
      );
    expect(() => correctionOf([0.5], [0], 0)).toThrow("base of the draw in slot 0 must be in (0, 1], got 0");
    expect(() => correctionOf([0.5], [], 1)).toThrow("bases must be as many as probabilities, 1, got 0");
  });
});
