import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  type InstanceStatistics,
  createInstanceStatistics,
} from "../../../src/study/questions/instance-statistics.ts";
import {
  type CutLog,
  type LoggedRow,
  answerOf,
  columnsOf,
  cutLogs,
  logOf,
  visitsOf,
} from "../../support/logged-rows.ts";

const statisticsOf = (log: CutLog): InstanceStatistics => answerOf(createInstanceStatistics(), log);

/** Mean and sum of squares by the stated updates. */
const welford = (losses: readonly number[]): { mean: number; squares: number } => {
  let [mean, squares] = [0, 0];
  for (const [at, loss] of losses.entries()) {
    const distance = loss - mean;
    mean += distance / (at + 1);
    squares += distance * (loss - mean);
  }
  return { mean, squares };
};

const plain = (rows: readonly LoggedRow[]): object => {
  const losses = rows.map(({ loss }) => loss);
  return {
    shard: rows[0]!.shard,
    row: rows[0]!.row,
    domain: rows[0]!.domain,
    visits: rows.length,
    firstLoss: losses[0],
    lastLoss: losses.at(-1),
    minLoss: Math.min(...losses),
    maxLoss: Math.max(...losses),
    ...welford(losses),
    lastStep: rows.at(-1)!.step,
  };
};

const rowsOf = ({ size, ...columns }: InstanceStatistics): object[] =>
  Array.from({ length: size }, (_, at) =>
    Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[at]])),
  );

describe("statistics of instances", () => {
  it("are those of each one's finite losses, in the order of first visits, to the last bit", () => {
    fc.assert(
      fc.property(cutLogs, (log) => {
        const statistics = statisticsOf(log);
        expect(rowsOf(statistics)).toEqual([...visitsOf(log.rows).values()].map(plain));
        for (const [name, column] of Object.entries(statistics))
          if (name !== "size") expect(column).toHaveLength(statistics.size);
      }),
    );
  });

  it("are near what exact integers say, as Welford's updates are", () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: 0, max: 32, noNaN: true }), { minLength: 2, maxLength: 200, size: "max" }),
        (losses) => {
          const log = logOf(...losses.map((loss, at) => [at + 1, 0, 0, loss] as const));
          const { mean, squares } = statisticsOf(log);
          // In units of 2⁻¹⁴⁹ all float32 numbers are integers.
          const units = losses.map((loss) => BigInt(loss * 2 ** 80 * 2 ** 69));
          const n = BigInt(losses.length);
          const sum = units.reduce((total, unit) => total + unit, 0n);
          const ofSquares = units.reduce((total, unit) => total + unit * unit, 0n);
          const exactMean = Number(sum) / losses.length / 2 ** 149;
          const exactSquares = Number((n * ofSquares - sum * sum) / n) / 2 ** 298;
          const norm = Math.sqrt(Number(ofSquares) / 2 ** 298);
          const most = losses.length * 2 ** -53;
          expect(Math.abs(mean[0]! - exactMean)).toBeLessThanOrEqual(3 * most * exactMean);
          // The condition number of a variance is norm / √squares (Chan, Golub & LeVeque 1983).
          expect(Math.abs(squares[0]! - exactSquares)).toBeLessThanOrEqual(
            4 * most * norm * Math.sqrt(exactSquares) + Number.MIN_VALUE,
          );
        },
      ),
    );
  });

  it("of an instance visited once have no spread; a masked visit leaves no trace", () => {
    const log = logOf([1, 0, 7, Number.NaN], [2, 1, 3, 2.5], [3, 1, 3, Infinity]);
    expect(rowsOf(statisticsOf(log))).toEqual([
      {
        shard: 1,
        row: 3,
        domain: 1,
        visits: 1,
        firstLoss: 2.5,
        lastLoss: 2.5,
        minLoss: 2.5,
        maxLoss: 2.5,
        mean: 2.5,
        squares: 0,
        lastStep: 2,
      },
    ]);
  });

  it("grow with the instances, and are not changed by later rows", () => {
    const question = createInstanceStatistics();
    const rows = logOf(...Array.from({ length: 3000 }, (_, at) => [1, at % 2, at, at] as const)).rows;
    question.add(columnsOf(rows));
    const before = question.result();
    question.add(columnsOf(rows.slice(0, 10)));
    expect(before.size).toBe(3000);
    expect(before.visits.every((visits) => visits === 1)).toBe(true);
    expect(before.lastLoss).toEqual(Float32Array.from(rows, ({ loss }) => loss));
    expect(question.result().visits.reduce((sum, visits) => sum + visits)).toBe(3010);
  });
});
