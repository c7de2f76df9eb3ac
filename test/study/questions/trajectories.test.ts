import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { createTrajectories } from "../../../src/study/questions/trajectories.ts";
import { answerOf, columnsOf, cutLogs, logOf, visitsOf } from "../../support/logged-rows.ts";

const chosen = fc.uniqueArray(fc.record({ shard: fc.nat(6), row: fc.nat(150) }), {
  maxLength: 20,
  selector: ({ shard, row }) => `${shard}:${row}`,
});

describe("trajectories", () => {
  it("are each instance's finite losses in the order of its visits, in the order asked", () => {
    fc.assert(
      fc.property(cutLogs, chosen, fc.nat(10), (log, others, own) => {
        const visits = visitsOf(log.rows);
        const met = [...visits.values()]
          .slice(0, own)
          .map(([{ shard, row } = { shard: 0, row: 0 }]) => ({ shard, row }));
        const asked = [
          ...others.filter(({ shard, row }) => !met.some((one) => one.shard === shard && one.row === row)),
          ...met,
        ];
        expect(answerOf(createTrajectories(asked), log)).toEqual(
          asked.map(({ shard, row }) => {
            const rows = visits.get(`${shard}:${row}`) ?? [];
            return { shard, row, steps: rows.map(({ step }) => step), losses: rows.map(({ loss }) => loss) };
          }),
        );
      }),
    );
  });

  it("keep two visits of a step, and nothing that was masked", () => {
    const log = logOf([3, 0, 5, 2], [3, 0, 5, 1.5], [4, 0, 5, Number.NaN], [9, 0, 5, 1]);
    expect(answerOf(createTrajectories([{ shard: 0, row: 5 }]), log)).toEqual([
      { shard: 0, row: 5, steps: [3, 3, 9], losses: [2, 1.5, 1] },
    ]);
  });

  it("are not changed by later rows", () => {
    const question = createTrajectories([{ shard: 0, row: 0 }]);
    const { rows } = logOf([1, 0, 0, 2]);
    question.add(columnsOf(rows));
    const before = question.result();
    question.add(columnsOf(rows));
    expect([before[0]!.losses, question.result()[0]!.losses]).toEqual([[2], [2, 2]]);
  });
});
