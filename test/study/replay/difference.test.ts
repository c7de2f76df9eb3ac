import { describe, expect, it } from "vitest";

import { createDraws } from "../../../src/draws.ts";
import { createStepBatch } from "../../../src/ledger/log/observations.ts";
import type { Observations } from "../../../src/ledger/log/observations.ts";
import {
  differenceError,
  differenceOfDraws,
  differenceOfWeights,
} from "../../../src/study/replay/difference.ts";

/** Four draws and the log's rows of them. */
const step = (change: (rows: Observations) => void = () => undefined) => {
  const draws = createDraws(4);
  draws.row.set([7, 3, 9, 1]);
  draws.probability.fill(0.5);
  draws.base.fill(0.25);
  const { columns } = createStepBatch(4);
  for (const name of ["row", "probability", "base"] as const) columns[name].set(draws[name]);
  columns.step.fill(2);
  columns.trained[0] = 0b1111;
  change(columns);
  return [2, draws, columns] as const;
};

describe("the first difference of a step's draws", () => {
  it("is none where all is the same", () => {
    expect(differenceOfDraws(...step())).toBeNull();
  });

  it("names slot, values and how many rows are others", () => {
    expect(differenceOfDraws(...step(({ row }) => row.set([7, 4, 9, 2])))).toEqual({
      step: 2,
      slot: 1,
      what: "the row",
      expected: "0:3",
      found: "0:4",
      otherRows: 2,
    });
  });

  it("says where a row that is out of order belongs", () => {
    expect(differenceOfDraws(...step(({ row }) => row.set([7, 9, 3, 1])))).toMatchObject({
      slot: 1,
      remark: "which belongs in slot 2",
    });
  });

  it("counts rows", () => {
    const [, draws] = step();
    expect(differenceOfDraws(2, draws, createStepBatch(3).columns)).toMatchObject({
      what: "the number of rows",
      slot: 3,
      expected: "4",
      found: "3",
    });
  });

  it.each([
    ["domain", 1],
    ["probability", 0.5 + 2 ** -24],
    ["base", -0.25],
    ["step", 3],
  ] as const)("sees another %s", (column, value) => {
    expect(differenceOfDraws(...step((rows) => (rows[column][3] = value)))).toMatchObject({
      what: `the ${column}`,
      slot: 3,
      found: String(Math.fround(value)),
      otherRows: 0,
    });
  });

  it("sees a row marked as only scored", () => {
    expect(differenceOfDraws(...step(({ trained }) => (trained[0] = 0b1011)))).toMatchObject({
      what: "the mark trained",
      slot: 2,
    });
  });
});

describe("the first difference of weights", () => {
  const weights = Float64Array.of(0.1, 0.2, 0.3, 0);
  const found = (values: number[], tolerance: number) =>
    differenceOfWeights(2, weights, step(({ weight }) => weight.set(values))[2], tolerance);

  it("is bit for bit as float32 at tolerance 0, the sign of 0 included", () => {
    expect(found([0.1, 0.2, 0.3, 0], 0)).toBeNull();
    expect(found([0.1, 0.2, 0.3 * (1 + 2 ** -23), 0], 0)).toMatchObject({ slot: 2, what: "the weight" });
    expect(found([0.1, 0.2, 0.3, -0], 0)).toMatchObject({ slot: 3, found: "0" });
  });

  it("is relative otherwise; below the normal floats anything is close", () => {
    expect(found([0.1, 0.2 * 1.000009, 0.3, 1e-40], 1e-5)).toBeNull();
    expect(found([0.1, 0.2 * 1.000011, 0.3, 0], 1e-5)).toMatchObject({ slot: 1 });
    expect(found([0.1, 0.2, 0.3, 1e-30], 1e-5)).toMatchObject({ slot: 3, expected: "0" });
    expect(found([0.1, Number.NaN, 0.3, 0], 1e-5)).toMatchObject({ slot: 1, found: "NaN" });
  });
});

describe("its error", () => {
  const difference = { step: 1, slot: 0, what: "the row", expected: "0:3", found: "0:4", otherRows: 2 };

  it("names step, slot and both values", () => {
    const error = differenceError({ ...difference, remark: "which belongs in slot 2" }, "ledger", {
      size: 4,
      seed: "s",
    });
    expect(error.message).toBe(
      "the row in slot 0 of step 1 must be 0:3 as derived again, got 0:4, which belongs in slot 2 (ledger, step 1)",
    );
    expect(error.hint).toContain("the log was altered after it was written");
  });

  it("names the seed where most rows of step 1 are others", () => {
    const most = differenceError({ ...difference, otherRows: 3 }, "ledger", { size: 4, seed: 7 });
    expect(most.message).toBe(
      "the draws of step 1 must follow from seed 7, got other rows in 3 of 4 slots; the row in slot 0 must be 0:3 as derived again, got 0:4 (ledger, step 1)",
    );
    expect(most.hint).toContain("seed or sampler in config.json");
    const later = differenceError({ ...difference, step: 2, otherRows: 3 }, "ledger", { size: 4, seed: 7 });
    expect(later.message).toContain("the row in slot 0 of step 2");
  });
});
