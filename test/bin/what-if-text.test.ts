import { describe, expect, it } from "vitest";

import { whatIfText } from "../../src/bin/what-if-text.ts";
import type { WhatIf } from "../../src/study/what-if/what-if.ts";

const choice = {
  ess: 14.9,
  gamma: 0.0466,
  rho: 1.0076,
  klFromUniform: 0.0395,
  maxWeightTimesSize: 1.25,
  largestWeightTimesSize: 1.67,
  domains: [{ rowShare: 0.25, weightShare: 0.5 }],
};
const answer: WhatIf = {
  steps: 60,
  domains: ["novel"],
  recorded: choice,
  other: { ...choice, ess: 12 },
  overlap: null,
  losses: { recorded: 240, earlier: 0, mean: 0 },
  movedWeight: 0.112,
};

describe("an answer", () => {
  it("shows both ways, and says what it cannot tell", () => {
    const text = whatIfText(answer);
    expect(text).toMatch(/^60 steps under another choice, on the losses that the run recorded\n/);
    expect(text).toMatch(/\nESS +14\.90 +12\.00\n/);
    expect(text).toMatch(/\nM·w_max, largest +1\.67 +1\.67\n/);
    expect(text).toMatch(/\nnovel: share of rows, of weight +25\.0%, 50\.0% +25\.0%, 50\.0%\n/);
    expect(text).toContain("11.2% of a batch's weight would have lain on other rows of it");
    expect(text).toContain("would have trained another model, whose losses nobody\nrecorded");
  });

  it("says which losses are stand-ins, and when they are too many", () => {
    const overlap = { draws: 200, sameStep: 20, instances: { recorded: 60, other: 50, both: 40 } };
    const few = whatIfText({
      ...answer,
      movedWeight: null,
      overlap,
      losses: { recorded: 150, earlier: 40, mean: 10 },
    });
    expect(few).toContain(
      "drawn: 50 different instances where the run drew 60, 40 in common; 10.0% of the draws",
    );
    expect(few).toContain(
      "75.0% recorded at that very step; for 20.0% the instance's last one before stands in, older and so mostly higher, for 5.0%",
    );
    expect(few).not.toContain("stand-ins");
    const many = whatIfText({
      ...answer,
      movedWeight: null,
      overlap,
      losses: { recorded: 90, earlier: 100, mean: 10 },
    });
    expect(many).toContain("most losses are stand-ins: trust the shares of rows");
  });
});
