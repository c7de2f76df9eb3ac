import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type Draws, createDraws } from "../../../src/draws.ts";
import { OverlapCount } from "../../../src/study/what-if/overlap.ts";

const drawsOf = (rows: readonly number[]): Draws => {
  const draws = createDraws(rows.length);
  draws.row.set(rows);
  return draws;
};

describe("overlap", () => {
  it("counts what sets would", () => {
    const batch = fc.array(fc.nat(19), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(batch, batch), { minLength: 1, maxLength: 12 }), (steps) => {
        const count = new OverlapCount(20, (_, row) => row);
        for (const [recorded, other] of steps) count.add(drawsOf(recorded), drawsOf(other));
        const recorded = new Set(steps.flatMap(([rows]) => rows));
        const other = new Set(steps.flatMap(([, rows]) => rows));
        expect(count.total()).toEqual({
          draws: 3 * steps.length,
          sameStep: steps.reduce(
            (sum, [own, rows]) => sum + rows.filter((row) => own.includes(row)).length,
            0,
          ),
          instances: {
            recorded: recorded.size,
            other: other.size,
            both: [...recorded].filter((row) => other.has(row)).length,
          },
        });
      }),
    );
  });
});
