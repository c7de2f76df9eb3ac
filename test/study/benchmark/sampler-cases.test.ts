import { describe, expect, it } from "vitest";

import { planOf } from "../../../src/study/benchmark/plan.ts";
import { samplerCases, syntheticLosses } from "../../../src/study/benchmark/sampler-cases.ts";

describe("syntheticLosses", () => {
  it("leaves every tenth row unseen and the others around e nats", () => {
    const losses = [...syntheticLosses(1000)];
    const seen = losses.filter((loss) => !Number.isNaN(loss)).toSorted((a, b) => a - b);
    expect(seen).toHaveLength(900);
    expect(seen[0]).toBeGreaterThan(0);
    expect(Math.abs(seen[450]! - Math.E)).toBeLessThan(0.2);
  });
});

describe("samplerCases", () => {
  const cases = samplerCases(planOf(1000));
  const named = (name: string) => cases.find((one) => one.name === name)!;

  it("makes as much of each part as it says", () => {
    expect(named("window scoring").run()).toHaveLength(1000);
    expect(named("block order").run()).toHaveLength(1000);
    expect(named("inclusion").run()).toHaveLength(1000);
    expect(named("inclusion, equal scores").run()).toHaveLength(1000);
    expect(named("selection").run()).toHaveLength(500);
    expect(cases.every(({ work }) => work >= 256 && work <= 1000)).toBe(true);
  });

  it("orders blocks and selects rows anew each run, so that nothing is learnt by heart", () => {
    expect(named("block order").run()).not.toEqual(named("block order").run());
    expect(named("selection").run()).not.toEqual(named("selection").run());
  });

  it("draws on from run to run", async () => {
    for (const kind of ["uniform", "importance"])
      for (let run = 0; run < 4; run++) await named(`sampler, ${kind}`).run();
    expect(named("sampler, uniform").work).toBe(768);
  });

  it("names floors that are among the cases", () => {
    const floors = cases.filter(({ floor }) => floor === undefined).map(({ name }) => name);
    expect(floors).toEqual(["sum in order", "random gather"]);
    expect(cases.every(({ floor }) => floor === undefined || floors.includes(floor))).toBe(true);
  });
});
