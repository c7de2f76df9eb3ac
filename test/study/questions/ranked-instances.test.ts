import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { createInstanceStatistics } from "../../../src/study/questions/instance-statistics.ts";
import {
  type RankedInstance,
  forgotten,
  hardest,
  noisiest,
  recentFrom,
} from "../../../src/study/questions/ranked-instances.ts";
import {
  type CutLog,
  type LoggedRow,
  answerOf,
  cutLogs,
  logOf,
  visitsOf,
} from "../../support/logged-rows.ts";

const statisticsOf = (log: CutLog) => answerOf(createInstanceStatistics(), log);

/** All instances as objects, sorted by a score, the highest first; those without one left out. */
const sortedBy = (
  { rows }: CutLog,
  scoreOf: (losses: readonly number[], rows: readonly LoggedRow[]) => number | null,
): { name: string; score: number }[] =>
  [...visitsOf(rows)]
    .flatMap(([name, visits]) => {
      const score = scoreOf(
        visits.map(({ loss }) => loss),
        visits,
      );
      return score === null ? [] : [{ name, score, shard: visits[0]!.shard, row: visits[0]!.row }];
    })
    .toSorted((a, b) => b.score - a.score || a.shard - b.shard || a.row - b.row)
    .map(({ name, score }) => ({ name, score }));

const namesOf = (
  ranked: readonly RankedInstance[],
  scoreOf: (instance: RankedInstance) => number,
): { name: string; score: number }[] =>
  ranked.map((instance) => ({ name: `${instance.shard}:${instance.row}`, score: scoreOf(instance) }));

const most = fc.nat(12);

describe("the hardest", () => {
  it("have the highest last losses, of those visited late enough", () => {
    fc.assert(
      fc.property(cutLogs, most, fc.integer({ min: 0, max: 40 }), (log, count, leastStep) => {
        const expected = sortedBy(log, (losses, rows) =>
          rows.at(-1)!.step >= leastStep ? losses.at(-1)! : null,
        );
        const ranked = hardest(statisticsOf(log), count, leastStep);
        expect(namesOf(ranked, ({ lastLoss }) => lastLoss)).toEqual(expected.slice(0, count));
      }),
    );
  });

  it("are those of the second half where its beginning is asked for", () => {
    expect([1, 2, 3, 600].map(recentFrom)).toEqual([1, 2, 2, 301]);
  });

  it("have no variance where they were visited once", () => {
    const ranked = hardest(statisticsOf(logOf([1, 0, 0, 3])), 1);
    expect(ranked[0]).toMatchObject({ variance: Number.NaN, drop: 0, forgetting: 0 });
  });
});

describe("the noisiest", () => {
  it("have the largest sample variances, of those visited often enough", () => {
    fc.assert(
      fc.property(cutLogs, most, fc.integer({ min: 0, max: 4 }), (log, count, leastVisits) => {
        const statistics = statisticsOf(log);
        const varianceOf = new Map(
          Array.from(statistics.squares, (squares, at) => [
            `${statistics.shard[at]}:${statistics.row[at]}`,
            squares / (statistics.visits[at]! - 1),
          ]),
        );
        const expected = sortedBy(log, (losses, [{ shard, row } = { shard: 0, row: 0 }]) =>
          losses.length >= Math.max(2, leastVisits) ? varianceOf.get(`${shard}:${row}`)! : null,
        );
        const ranked = noisiest(statistics, count, leastVisits);
        expect(namesOf(ranked, ({ variance }) => variance)).toEqual(expected.slice(0, count));
      }),
    );
  });

  it("are visited three times or more where nothing is said", () => {
    const log = logOf([1, 0, 0, 1], [2, 0, 0, 9], [1, 0, 1, 1], [2, 0, 1, 2], [3, 0, 1, 3]);
    expect(noisiest(statisticsOf(log), 5)).toEqual([
      {
        shard: 0,
        row: 1,
        domain: 0,
        visits: 3,
        firstLoss: 1,
        lastLoss: 3,
        minLoss: 1,
        maxLoss: 3,
        mean: 2,
        variance: 1,
        drop: -2,
        forgetting: 2,
        lastStep: 3,
      },
    ]);
  });
});

describe("the most forgotten", () => {
  it("are farthest above their lowest loss, and none that is at it", () => {
    fc.assert(
      fc.property(cutLogs, most, (log, count) => {
        const expected = sortedBy(log, (losses) => {
          const forgetting = losses.at(-1)! - Math.min(...losses);
          return forgetting > 0 ? forgetting : null;
        });
        const ranked = forgotten(statisticsOf(log), count);
        expect(namesOf(ranked, ({ forgetting }) => forgetting)).toEqual(expected.slice(0, count));
      }),
    );
  });
});
