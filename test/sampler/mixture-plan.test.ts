import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  assignSlots,
  mixtureAt,
  planChange,
  requestedOf,
  startMixture,
} from "../../src/sampler/mixture-plan.ts";
import { quantiseWeights, wholeParts } from "../../src/sampler/mixture.ts";

const names = ["book", "code", "talk"];
const rows = [100, 200, 100];

const start = (configured: Parameters<typeof startMixture>[0]) => () => startMixture(configured, names, rows);
const stage = (fromStep: number) => ({ fromStep, weights: { book: 1 } });

describe("startMixture", () => {
  it("follows the domains' rows unless told otherwise", () => {
    expect(startMixture(undefined, names, rows).parts).toEqual([2 ** 30, 2 ** 31, 2 ** 30]);
    expect(startMixture({ code: 3, book: 1 }, names, rows).parts).toEqual([2 ** 30, 3 * 2 ** 30, 0]);
  });

  it("takes the first stage now and keeps the others", () => {
    const later = { fromStep: 9, weights: { talk: 1 } };
    const state = startMixture([{ fromStep: 1, weights: { book: 1 } }, later], names, rows);
    expect(state).toEqual({ parts: [wholeParts, 0, 0], credits: [0, 0, 0], pending: [later] });
  });

  it("names what does not fit", () => {
    expect(start({ bok: 1 })).toThrowError(
      'domain must be one of book, code, talk, got "bok" (sampler.mixture.bok)',
    );
    expect(start({ book: 0 })).toThrowError(
      "one weight at least must be positive, got none (sampler.mixture)",
    );
    expect(start({ book: -1 })).toThrowError(
      "weight must be finite and not negative, got -1 (sampler.mixture.book)",
    );
    expect(start({ book: 1, code: Infinity })).toThrowError(
      "weight must be finite and not negative, got Infinity (sampler.mixture.code)",
    );
    expect(start([stage(2)])).toThrowError(
      "fromStep of stage 0 must be 1, got 2 (sampler.mixture.0.fromStep)",
    );
    expect(start([stage(1), stage(5), stage(5)])).toThrowError(
      "fromStep of stage 2 must be more than 5, that of the stage before it, got 5 (sampler.mixture.2.fromStep)",
    );
    expect(start([stage(1), { fromStep: 5, weights: { cod: 1 } }])).toThrowError("(sampler.mixture.cod)");
  });
});

describe("mixtureAt", () => {
  const staged = startMixture(
    [
      { fromStep: 1, weights: { book: 1, code: 1 } },
      { fromStep: 5, weights: { code: 1 } },
    ],
    names,
    rows,
  );

  it("changes weights at their step, not before and not after", () => {
    expect(mixtureAt(staged, 4, names)).toBe(staged);
    expect(mixtureAt(staged, 5, names)).toEqual({
      parts: [0, wholeParts, 0],
      credits: [0, 0, 0],
      pending: [],
    });
    expect(mixtureAt(staged, 6, names).parts).toEqual([0, wholeParts, 0]);
  });

  it("makes planned changes in order of their steps, a later plan for a step replacing an earlier one", () => {
    let state = planChange(staged, { fromStep: 7, weights: { talk: 1 } }, names);
    state = planChange(state, { fromStep: 3, weights: { book: 1 } }, names);
    state = planChange(state, { fromStep: 5, weights: { talk: 1, book: 1 } }, names);
    expect(state.pending.map(({ fromStep }) => fromStep)).toEqual([3, 5, 7]);
    expect(mixtureAt(state, 3, names).parts).toEqual([wholeParts, 0, 0]);
    expect(mixtureAt(state, 5, names).parts).toEqual([2 ** 31, 0, 2 ** 31]);
    expect(mixtureAt(state, 99, names)).toMatchObject({ parts: [0, 0, wholeParts], pending: [] });
    expect(() => planChange(state, { fromStep: 8, weights: { cod: 1 } }, names)).toThrowError(
      "(sampler.mixture.cod)",
    );
  });

  it("passes what a dropped domain was owed to the heaviest, so that credits still sum to 0", () => {
    const state = {
      parts: [1, 1, 1],
      credits: [0.75, -1, 0.25].map((slots) => slots * wholeParts),
      pending: [{ fromStep: 2, weights: { book: 1, talk: 2 } }],
    };
    expect(mixtureAt(state, 2, names).credits).toEqual([0.75 * wholeParts, 0, -0.75 * wholeParts]);
  });
});

describe("assignSlots", () => {
  it("goes on where it left off, however the slots are cut", () => {
    const state = startMixture({ book: 0.37, code: 0.61, talk: 0.02 }, names, rows);
    const whole = assignSlots(state, 100);
    const head = assignSlots(state, 33);
    const tail = assignSlots(head.after, 67);
    expect([...head.domains, ...tail.domains]).toEqual([...whole.domains]);
    expect(tail.after).toEqual(whole.after);
  });

  it("serves a small domain even when weights change at every step", () => {
    let state = startMixture({ book: 0.99, code: 0.01 }, names, rows);
    let code = 0;
    for (let step = 1; step <= 100; step++) {
      state = planChange(
        state,
        { fromStep: step, weights: { book: 0.99 - (step % 2) * 1e-3, code: 0.01 } },
        names,
      );
      const { domains, after } = assignSlots(mixtureAt(state, step, names), 32);
      code += domains.filter((domain) => domain === 1).length;
      state = after;
    }
    expect(Math.abs(code - 32)).toBeLessThanOrEqual(1);
    expect(Math.abs(requestedOf(state, 1, code) - code)).toBeLessThan(1);
  });

  it("comes within one slot again after any changes, dropped domains included", () => {
    const weights = fc
      .array(fc.constantFrom(0, 0, 0.1, 1, 3), { minLength: 3, maxLength: 3 })
      .filter((weights) => weights.some((weight) => weight > 0));
    fc.assert(
      fc.property(fc.array(weights, { maxLength: 8 }), fc.integer({ min: 1, max: 20 }), (changes, slots) => {
        let state = startMixture(undefined, names, rows);
        for (const change of changes)
          state = assignSlots(
            {
              ...mixtureAt(
                {
                  ...state,
                  pending: [
                    { fromStep: 1, weights: { book: change[0]!, code: change[1]!, talk: change[2]! } },
                  ],
                },
                1,
                names,
              ),
            },
            slots,
          ).after;
        state = assignSlots(
          {
            ...mixtureAt(
              { ...state, pending: [{ fromStep: 1, weights: { book: 1, code: 2, talk: 3 } }] },
              1,
              names,
            ),
          },
          200,
        ).after;
        expect(state.parts).toEqual(quantiseWeights([1, 2, 3]));
        expect(state.credits.reduce((sum, credit) => sum + credit, 0)).toBe(0);
        for (const credit of state.credits) expect(Math.abs(credit)).toBeLessThan(wholeParts);
      }),
    );
  });
});
