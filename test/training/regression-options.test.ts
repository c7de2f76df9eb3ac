import { describe, expect, it } from "vitest";

import { regressionOptions } from "../../src/training/regression-options.ts";

describe("regressionOptions", () => {
  it("fills in the defaults", () => {
    expect(regressionOptions.parse({ kind: "regression" })).toEqual({
      kind: "regression",
      dimensions: 50,
      decay: 0.5,
      noise: 0,
      outlierRate: 0,
      outlierSize: 10,
    });
  });

  it("refuses what is out of bounds", () => {
    const wrong = [
      { dimensions: 0 },
      { decay: -1 },
      { noise: -0.1 },
      { outlierRate: 1.5 },
      { outlierSize: -1 },
      { kind: "gpt" },
      { width: 3 },
    ].map((part) => ({ kind: "regression", ...part }));
    expect(wrong.filter((input) => regressionOptions.safeParse(input).success)).toEqual([]);
  });
});
