import { describe, expect, it } from "vitest";

import { type Case, timeInterleaved } from "../../../src/study/benchmark/timing.ts";

const limits = { rounds: 3, leastRounds: 1, budgetSeconds: 60, leastSeconds: 0 };

/** A case that writes down when it runs. */
const noted = (name: string, log: string[], prepared: boolean): Case => ({
  name,
  unit: "things",
  work: 10,
  ...(prepared && { prepare: async () => void log.push(`prepare ${name}`) }),
  run: prepared ? async () => void log.push(name) : () => void log.push(name),
});

describe("timeInterleaved", () => {
  it("warms up, then lets cases take turns; prepares before every run", async () => {
    const log: string[] = [];
    const told: string[] = [];
    const cases = [noted("a", log, false), noted("b", log, true)];
    const rates = await timeInterleaved(cases, limits, (name, round) => told.push(`${name}${round}`));
    const once = ["a", "prepare b", "b"];
    expect(log).toEqual([...once, ...once, ...once, ...once]);
    expect(told).toEqual(["a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3"]);
    expect(rates.map((perRound) => perRound.length)).toEqual([3, 3]);
    expect(rates.flat().every((rate) => rate > 0 && Number.isFinite(rate))).toBe(true);
  });

  it("repeats a short case, and never one that is prepared", async () => {
    const log: string[] = [];
    const cases = [noted("a", log, false), noted("b", log, true)];
    await timeInterleaved(cases, { ...limits, leastSeconds: 0.002 }, () => undefined);
    expect(log.filter((entry) => entry === "a").length).toBeGreaterThan(4);
    expect(log.filter((entry) => entry === "b").length).toBe(4);
  });

  it("makes the least rounds when there is no time, and spares long work the warm-up", async () => {
    const log: string[] = [];
    const long = { ...noted("a", log, false), work: 2 ** 22 };
    const hurried = { ...limits, leastRounds: 2, budgetSeconds: 0 };
    const rates = await timeInterleaved([long], hurried, () => undefined);
    expect(rates[0]).toHaveLength(2);
    expect(log).toHaveLength(2);
  });

  it("ends with what it is told to end with, and lets the event loop run between timings", async () => {
    const log: string[] = [];
    let stopped = false;
    setImmediate(() => (stopped = true));
    const timing = timeInterleaved([noted("a", log, false)], limits, () => {
      if (stopped) throw new RangeError("stopped");
    });
    await expect(timing).rejects.toThrow("stopped");
    expect(log.length).toBeLessThan(4);
  });

  it("fails with what a case fails with", async () => {
    const broken: Case = {
      name: "broken",
      unit: "things",
      work: 1,
      run: () => Promise.reject(new RangeError("broken")),
    };
    await expect(timeInterleaved([broken], limits, () => undefined)).rejects.toThrow("broken");
  });
});
