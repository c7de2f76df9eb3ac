import { describe, expect, it } from "vitest";

import { boundedInteger, keyOf, keyedPermutation, normal } from "../../src/random.ts";
import { certain, equalUnits, inclusionUnits } from "../../src/sampler/inclusion.ts";
import { selectRound, selectWindow } from "../../src/sampler/selection.ts";
import { fitsBinomial } from "./binomial.ts";

type Select = (order: Uint32Array, units: Uint32Array, kept: number, start: number) => Uint32Array;

const windows: Record<string, { kept: number; units: Uint32Array }> = {
  "losses, one row certain": {
    kept: 5,
    units: inclusionUnits(Float32Array.of(0.5, 3, 2, 8, 1, 1, 4, 40, 2, 0.1, 2, 3), 5, 0.2),
  },
  "equal scores": { kept: 5, units: equalUnits(12, 5) },
  "one of many": { kept: 1, units: inclusionUnits(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 1, 0) },
  "zeros among them": { kept: 3, units: inclusionUnits(Float32Array.of(0, 2, 0, 7, 1, 3), 3, 0) },
  "tiny chances": { kept: 2, units: inclusionUnits(Float32Array.of(1e-30, 1, 1e-20, 2, 3), 2, 0) },
};

/** Counts, over all K·2²⁴ starts, how often each slot is each row. The choice changes only where the start, modulo 2²⁴, passes a
 * cumulative sum of units; between those it is one choice, taken as often as the stretch is long. */
const enumerateStarts = (
  select: Select,
  order: Uint32Array,
  units: Uint32Array,
  kept: number,
): number[][] => {
  const counts = Array.from({ length: kept }, () => Array.from(units, () => 0));
  let covered = 0;
  const breaks = [...order].map((row) => (covered += units[row]!) % certain);
  const edges = [...new Set([0, ...breaks, certain])].toSorted((a, b) => a - b);
  for (let turn = 0; turn < kept; turn++)
    for (let edge = 0; edge + 1 < edges.length; edge++) {
      const first = turn * certain + edges[edge]!;
      const last = turn * certain + edges[edge + 1]! - 1;
      const chosen = select(order, units, kept, first);
      expect(select(order, units, kept, last)).toEqual(chosen);
      chosen.forEach((row, slot) => (counts[slot]![row]! += last - first + 1));
    }
  return counts;
};

/** Wrong on purpose: the same rows, but slot 0 always begins at the start of the order. */
const withoutTurning: Select = (order, units, kept, start) =>
  selectRound(order, units, kept, start % certain);

/** Wrong on purpose: one row after another in proportion to units, those taken left out: inclusion is not units. */
const oneAfterAnother: Select = (order, units, kept, start) => {
  const key = keyOf(start, "wrong", "");
  const left = new Set(order);
  return Uint32Array.from({ length: kept }, (_, slot) => {
    let total = 0;
    for (const row of left) total += units[row]!;
    let place = (boundedInteger(key, slot, 2 ** 32) / 2 ** 32) * total;
    for (const row of left)
      if ((place -= units[row]!) < 0) {
        left.delete(row);
        return row;
      }
    throw new Error("the place is within the total");
  });
};

describe.each(Object.entries(windows))("selectRound over all starts, %s", (_, { kept, units }) => {
  const orders = [Uint32Array.from(units.keys()), keyedPermutation(keyOf(4, "d", "p"), units.length)];

  it("takes row i into every slot with probability π_i/K, exactly", () => {
    for (const order of orders)
      for (const slot of enumerateStarts(selectRound, order, units, kept)) expect(slot).toEqual([...units]);
  });

  it("includes row i with probability π_i, exactly, and no row twice", () => {
    for (const order of orders) {
      const counts = enumerateStarts(selectRound, order, units, kept);
      const included = [...units].map((_, row) => counts.reduce((sum, slot) => sum + slot[row]!, 0));
      expect(included).toEqual([...units].map((unit) => unit * kept));
      for (const start of [0, 1, certain - 1, certain, kept * certain - 1].filter(
        (start) => start < kept * certain,
      ))
        expect(new Set(selectRound(order, units, kept, start)).size).toBe(kept);
    }
  });
});

it("makes every slot's corrected draw an unbiased estimate of the window's mean, for 20 functions", () => {
  const { kept, units } = windows["losses, one row certain"]!;
  const base = Math.fround(kept / units.length);
  const starts = kept * certain;
  const counts = enumerateStarts(selectRound, Uint32Array.from(units.keys()), units, kept);
  for (let f = 0; f < 20; f++) {
    const values = [...normal(keyOf(f, "function", ""), units.length)];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const slot of counts) {
      const expected = slot.reduce(
        (sum, count, row) => sum + ((count / starts) * base * values[row]!) / (units[row]! / certain),
        0,
      );
      expect(Math.abs(expected - mean)).toBeLessThan(1e-7);
    }
  }
});

it("tells a sampler whose slots are biased", () => {
  const { kept, units } = windows["losses, one row certain"]!;
  const counts = enumerateStarts(withoutTurning, Uint32Array.from(units.keys()), units, kept);
  const included = [...units].map((_, row) => counts.reduce((sum, slot) => sum + slot[row]!, 0));
  expect(included).toEqual([...units].map((unit) => unit * kept));
  expect(counts[0]).not.toEqual([...units]);
});

/** Whether counts over keyed starts fit π by instance, and π/K by slot. */
const fits = (
  draw: (run: number) => Uint32Array,
  units: Uint32Array,
  kept: number,
): { instances: boolean; slots: boolean } => {
  const runs = 20_000;
  const counts = Array.from({ length: kept }, () => Array.from(units, () => 0));
  for (let run = 0; run < runs; run++) draw(run).forEach((row, slot) => counts[slot]![row]!++);
  const instances = [...units].map((unit, row) => ({
    count: counts.reduce((sum, slot) => sum + slot[row]!, 0),
    probability: unit / certain,
  }));
  const slots = counts.flatMap((slot) =>
    slot.map((count, row) => ({ count, probability: units[row]! / certain / kept })),
  );
  return { instances: fitsBinomial(instances, runs), slots: fitsBinomial(slots, runs) };
};

describe("keyed starts", () => {
  const { kept, units } = windows["losses, one row certain"]!;
  const order = Uint32Array.from(units.keys());
  const startOf = (run: number): number => {
    const key = keyOf(1, "book", `start/${run}/0`);
    return boundedInteger(key, 0, kept) * certain + boundedInteger(key, 1, certain);
  };

  it("fit each instance and each slot (binomial, Bonferroni)", () => {
    expect(fits((run) => selectWindow(1, "book", run, 0, units, kept), units, kept)).toEqual({
      instances: true,
      slots: true,
    });
    expect(
      fits((run) => selectWindow(1, "book", 0, run, equalUnits(12, 5), 5), equalUnits(12, 5), 5),
    ).toEqual({ instances: true, slots: true });
    expect(fits((run) => selectRound(order, units, kept, startOf(run)), units, kept)).toEqual({
      instances: true,
      slots: true,
    });
  });

  it("would not fit with a wrong sampler", () => {
    expect(fits((run) => oneAfterAnother(order, units, kept, run), units, kept)).toEqual({
      instances: false,
      slots: false,
    });
    expect(fits((run) => withoutTurning(order, units, kept, startOf(run)), units, kept)).toEqual({
      instances: true,
      slots: false,
    });
  });
});

it("keeps its choices: sampling version 1, by which saved runs go on", () => {
  expect([...selectWindow(1, "book", 0, 0, equalUnits(10, 10), 10)]).toEqual([9, 2, 7, 3, 8, 5, 1, 0, 6, 4]);
  expect([...selectWindow(1, "book", 2, 1, equalUnits(10, 4), 4)]).toEqual([6, 5, 7, 8]);
});
