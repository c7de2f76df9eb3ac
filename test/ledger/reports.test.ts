import { describe, expect, it } from "vitest";

import { InstanceIndex } from "../../src/ledger/pages/instance-index.ts";
import { Reports } from "../../src/ledger/reports.ts";
import { drawsOf, smallShards } from "../support/ledger-on-disk.ts";

const M = 4;
const opened = (nonFinite: "error" | "mask" = "error"): Reports => {
  const reports = new Reports(new InstanceIndex(smallShards), nonFinite);
  reports.expect(5, drawsOf(5, M), 4);
  return reports;
};
const report = (reports: Reports, losses: number[], firstSlot = 0, step = 5, targets?: number[]) =>
  reports.report(step, losses, { firstSlot, targets, committed: 4 });
const weights = [0.1, 0.2, 0.3, 0.4];

describe("the table of reports", () => {
  it("takes losses in parts and in any order", () => {
    const reports = opened();
    expect(report(reports, [3, 4], 2, 5, [30, 40])).toEqual({ accepted: 2, duplicate: 0, late: 0 });
    expect(report(reports, [1, 2], 0, 5, [10, 20])).toEqual({ accepted: 2, duplicate: 0, late: 0 });
    const { columns } = reports.take(5, 1, { weights, trained: [1, 0, 1, 1] });
    expect([...columns.loss]).toEqual([1, 2, 3, 4]);
    expect([...columns.targets]).toEqual([10, 20, 30, 40]);
    expect([...columns.weight]).toEqual(weights.map(Math.fround));
    expect([...columns.step, ...columns.branch]).toEqual([5, 5, 5, 5, 1, 1, 1, 1]);
    expect([...columns.trained]).toEqual([0b1101]);
    const draws = drawsOf(5, M);
    for (const name of ["shard", "row", "domain", "probability", "base"] as const)
      expect(columns[name]).toEqual(draws[name]);
  });

  it("takes a whole step at once as in parts, and marks exactly its rows as trained", () => {
    for (const rows of [1, 7, 8, 9, 16, 19]) {
      const losses = Array.from({ length: rows }, (_, slot) => slot / 4);
      const targets = losses.map((_, slot) => 2 * slot);
      const columnsOf = (parts: readonly number[], trained?: number[]) => {
        const reports = new Reports(new InstanceIndex(smallShards), "error");
        reports.expect(1, drawsOf(1, rows), 0);
        for (const [at, from] of parts.entries()) {
          const to = parts[at + 1] ?? rows;
          const part = { firstSlot: from, targets: targets.slice(from, to), committed: 0 };
          expect(reports.report(1, losses.slice(from, to), part).accepted).toBe(to - from);
        }
        return reports.take(1, 0, { weights: losses, ...(trained && { trained }) }).columns;
      };
      const whole = columnsOf([0]);
      expect([...whole.loss, ...whole.targets]).toEqual([...losses, ...targets]);
      expect(whole).toEqual(columnsOf([0, rows >> 1], Array(rows).fill(1)));
    }
  });

  it("duplicate: the first loss stands", () => {
    const reports = opened();
    report(reports, [1, 2, 3]);
    expect(report(reports, [9, 9, 4], 1)).toEqual({ accepted: 1, duplicate: 2, late: 0 });
    expect([...reports.take(5, 0, { weights }).columns.loss]).toEqual([1, 2, 3, 4]);
  });

  it("late: nothing changes, not even for losses that are not finite", () => {
    expect(report(opened(), [Number.NaN, 2], 0, 4)).toEqual({ accepted: 0, duplicate: 0, late: 2 });
  });

  it.each([
    ["a step never expected", [1], 0, 6, "SamplerError: losses must be of a step that was drawn (step 6)"],
    [
      "a slot behind M",
      [1, 2],
      3,
      5,
      'SamplerError: reported slots must be within 0 to 3, got "3 to 4" (step 5)',
    ],
    [
      "a slot before 0",
      [1],
      -1,
      5,
      'SamplerError: reported slots must be within 0 to 3, got "-1 to -1" (step 5)',
    ],
    [
      "half a slot",
      [1],
      0.5,
      5,
      'SamplerError: reported slots must be within 0 to 3, got "0.5 to 0.5" (step 5)',
    ],
  ])("unknown: %s is refused", (_, losses, firstSlot, step, message) => {
    const reports = opened();
    expect(() => report(reports, losses, firstSlot, step)).toThrow(message.replace(/^\w+: /, ""));
    expect(report(reports, [1, 2, 3, 4])).toEqual({ accepted: 4, duplicate: 0, late: 0 });
  });

  it("partial: a commit names the first missing slot, and can be made good", () => {
    const reports = opened();
    report(reports, [1], 0);
    report(reports, [3], 2);
    expect(() => reports.take(5, 0, { weights })).toThrow(
      'losses of step 5 must be 4, got "2; slot 1 is missing" (step 5)',
    );
    report(reports, [2, 3, 4], 1);
    expect([...reports.take(5, 0, { weights }).columns.loss]).toEqual([1, 2, 3, 4]);
  });

  it.each([Number.NaN, Infinity, -Infinity, 1e39])(
    "non-finite %d: refused whole, the step stays open",
    (loss) => {
      const reports = opened();
      expect(() => report(reports, [1, loss, 3, 4])).toThrow(
        `the loss of slot 1 must be a finite float32, got ${loss} (step 5)`,
      );
      expect(report(reports, [1, 2, 3, 4])).toEqual({ accepted: 4, duplicate: 0, late: 0 });
    },
  );

  it("non-finite, masked: logged with weight 0", () => {
    const reports = opened("mask");
    expect(report(reports, [1, Number.NaN, 3, Infinity]).accepted).toBe(4);
    const { columns } = reports.take(5, 0, { weights });
    expect([...columns.loss]).toEqual([1, Number.NaN, 3, Infinity]);
    expect([...columns.weight]).toEqual([Math.fround(0.1), 0, Math.fround(0.3), 0]);
  });
});

describe("expecting a step", () => {
  it("twice with the same rows changes nothing, with others it is refused", () => {
    const reports = opened();
    report(reports, [1, 2], 0);
    reports.expect(5, drawsOf(5, M), 4);
    expect(report(reports, [1, 2, 3, 4]).duplicate).toBe(2);
    expect(() => reports.expect(5, drawsOf(6, M), 4)).toThrow(
      "a step must be expected with the rows it was opened with (step 5)",
    );
    expect(() => reports.expect(5, drawsOf(5, M - 1), 4)).toThrow("with the rows it was opened with");
  });

  it("is refused when it was committed, has no rows, or rows that the corpus has not", () => {
    const reports = opened();
    expect(() => reports.expect(4, drawsOf(4, M), 4)).toThrow(
      "a step to expect must be after 4, got 4 (step 4)",
    );
    expect(() => reports.expect(6, drawsOf(6, 0), 4)).toThrow(
      "a step's rows must be at least one, got 0 (step 6)",
    );
    const draws = drawsOf(6, M);
    draws.row[2] = 99;
    expect(() => reports.expect(6, draws, 4)).toThrow("an instance must be in the corpus");
  });

  it("does not keep the caller's arrays", () => {
    const reports = new Reports(new InstanceIndex(smallShards), "error");
    const draws = drawsOf(1, M);
    reports.expect(1, draws, 0);
    draws.row.fill(0);
    reports.report(1, [1, 2, 3, 4], { firstSlot: 0, targets: undefined, committed: 0 });
    expect(reports.take(1, 0, { weights }).columns.row).toEqual(drawsOf(1, M).row);
  });
});

describe("a closed step", () => {
  it("stays as it is until it is free, and is filled again then", () => {
    const reports = new Reports(new InstanceIndex(smallShards), "error");
    const close = (step: number) => {
      reports.expect(step, drawsOf(step, M), step - 1);
      reports.report(step, [step, 2, 3, 4], { firstSlot: 0, targets: undefined, committed: step - 1 });
      return reports.take(step, 0, { weights });
    };
    const first = close(1);
    const bytes = first.bytes.slice();
    const second = close(2);
    expect(second.bytes).not.toBe(first.bytes);
    expect(first.bytes).toEqual(bytes);
    reports.free(1);
    const third = close(3);
    expect(third.bytes).toBe(first.bytes);
    expect(third.columns).toMatchObject({
      step: new Uint32Array(M).fill(3),
      loss: Float32Array.of(3, 2, 3, 4),
    });
    expect(second.columns.loss[0]).toBe(2);
  });
});

describe("closing a step", () => {
  it("needs a step that is open, and as many weights and marks as rows", () => {
    const reports = opened();
    expect(() => reports.take(6, 0, { weights })).toThrow(
      "a step to commit must be one that was drawn (step 6)",
    );
    report(reports, [1, 2, 3, 4]);
    expect(() => reports.take(5, 0, { weights: [1] })).toThrow("weights must be 4 values, got 1 (step 5)");
    expect(() => reports.take(5, 0, { weights, trained: [1, 1, 1] })).toThrow(
      "trained must be 4 values, got 3",
    );
    expect(() => report(reports, [1], 0, 5, [1, 2])).toThrow("targets must be 1 values, got 2 (step 5)");
    expect(reports.take(5, 0, { weights }).columns.size).toBe(4);
    expect(() => reports.take(5, 0, { weights })).toThrow("a step to commit must be one that was drawn");
  });
});
