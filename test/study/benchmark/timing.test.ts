import { afterEach, describe, expect, it, vi } from "vitest";

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

afterEach(() => {
  vi.restoreAllMocks();
});

/** Rounds made of a case that takes a second by a clock of the test's own. */
const roundsOf = async (work: number, budgetSeconds: number, leastRounds: number): Promise<number> => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const second: Case = { name: "a", unit: "things", work, run: () => (now += 1000) };
  const rates = await timeInterleaved(
    [second],
    { rounds: 9, leastRounds, budgetSeconds, leastSeconds: 0 },
    () => undefined,
  );
  expect(rates[0]!.every((rate) => rate === work)).toBe(true);
  return rates[0]!.length;
};

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

  it("makes rounds as time allows, the least of them in twice the time, the first in any case", async () => {
    // The warm-up takes a second, too.
    expect(await roundsOf(1, 5.5, 3)).toBe(5);
    expect(await roundsOf(1, 2, 3)).toBe(3);
    expect(await roundsOf(1, 1, 3)).toBe(2);
    expect(await roundsOf(1, 0, 3)).toBe(1);
    expect(await roundsOf(1, 99, 3)).toBe(9);
  });

  it("spares long work the warm-up", async () => {
    expect(await roundsOf(2 ** 22, 4.5, 3)).toBe(5);
    expect(await roundsOf(2 ** 22 - 1, 4.5, 3)).toBe(4);
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
