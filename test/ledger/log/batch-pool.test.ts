import { array, assert, boolean, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";

import { BatchPool } from "../../../src/ledger/log/batch-pool.ts";
import { type StepBatch, createStepBatch } from "../../../src/ledger/log/observations.ts";

const columns = [
  "step",
  "branch",
  "shard",
  "row",
  "domain",
  "loss",
  "weight",
  "probability",
  "base",
] as const;

/** Fills every column of a batch as a step does. */
const fill = ({ columns: into }: StepBatch, step: number, marked: boolean): void => {
  for (const name of columns) into[name].fill(step);
  if (!marked) return;
  into.targets.fill(step);
  into.trained.fill(1);
};

describe("a pool of batches", () => {
  it("gives what was filled and is free, else new ones, and never what is in use", () => {
    const plan = array(
      record({ rows: integer({ min: 9, max: 10 }), free: integer({ min: 0, max: 5 }), marked: boolean() }),
      { maxLength: 40 },
    );
    assert(
      property(plan, (steps) => {
        const pool = new BatchPool();
        let inUse: { step: number; batch: StepBatch; bytes: Uint8Array }[] = [];
        for (const [at, { rows, free, marked }] of steps.entries()) {
          const step = at + 1;
          const freed = step - 1 - free;
          pool.free(freed);
          inUse = inUse.filter((used) => used.step > freed);
          const batch = pool.take(rows);
          expect(inUse.map((used) => used.batch)).not.toContain(batch);
          fill(batch, step, marked);
          const fresh = createStepBatch(rows);
          fill(fresh, step, marked);
          expect(batch.bytes).toEqual(fresh.bytes);
          pool.give(step, batch);
          inUse.push({ step, batch, bytes: batch.bytes.slice() });
          for (const used of inUse) expect(used.batch.bytes).toEqual(used.bytes);
        }
      }),
    );
  });

  it("goes on with as few batches as were in use at once, while steps stay as large", () => {
    const pool = new BatchPool();
    const given = new Set<StepBatch>();
    for (let step = 1; step <= 20; step++) {
      pool.free(step - 3);
      const batch = pool.take(step <= 10 ? 4 : 5);
      given.add(batch);
      pool.give(step, batch);
    }
    expect(given.size).toBe(6);
  });
});
