import { array, assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";

import type { SealLine, StepLine } from "../../../src/ledger/journal/journal-line.ts";
import { SegmentStates, encodeChecksums, segmentSize } from "../../../src/ledger/journal/segment-states.ts";

const step = (number: number, more: Partial<StepLine> = {}): StepLine => ({
  kind: "step",
  step: number,
  branch: 0,
  segment: 1,
  end: 100 * number,
  rows: number,
  data: 0,
  metrics: {},
  ...more,
});
const seal = (more: Partial<SealLine> = {}): SealLine => ({
  kind: "seal",
  segment: 1,
  end: 77,
  rows: 6,
  batchRows: 4,
  checksums: encodeChecksums([1, 2, 3, 4]),
  ...more,
});

/** Steps 1 … 3 in segment 1, of 6 rows. */
const threeSteps = (): SegmentStates => {
  const states = new SegmentStates();
  for (const number of [1, 2, 3]) states.add(step(number));
  return states;
};

describe("the state of a segment", () => {
  it("follows its steps, each of which begins where the one before it ends", () => {
    const states = new SegmentStates();
    expect(states.add(step(4, { segment: 2, branch: 1 }))).toEqual({ start: 0, firstRow: 0 });
    expect(states.add(step(5, { segment: 2, branch: 1 }))).toEqual({ start: 400, firstRow: 4 });
    expect(states.add(step(6, { segment: 2, branch: 1 }))).toEqual({ start: 500, firstRow: 9 });
    expect(states.add(step(1))).toEqual({ start: 0, firstRow: 0 });
    const state = { firstStep: 4, lastStep: 6, end: 600, rows: 15, seal: null, dropped: false };
    expect(states.all.get(2)).toEqual({ segment: 2, branch: 1, ...state });
    expect([...states.all.keys()]).toEqual([2, 1]);
  });

  it.each([
    ["another branch's step", step(4, { branch: 1 })],
    ["a step left out", step(5)],
    ["a step it has", step(3)],
  ])("does not take %s in", (_, line) => {
    const states = threeSteps();
    const before = states.all.get(1);
    expect(states.add(line)).toBeNull();
    expect(states.all.get(1)).toEqual(before);
  });

  it("takes a seal in, once, and no steps behind it", () => {
    const states = threeSteps();
    expect(states.seal(seal(), 2)).toBe(true);
    const checksums = Uint32Array.of(1, 2, 3, 4);
    expect(states.all.get(1)!.seal).toEqual({ end: 77, rows: 6, batchRows: 4, checksums });
    expect([states.seal(seal(), 2), states.add(step(4))]).toEqual([false, null]);
  });

  it.each([
    ["of a segment that is not there", { segment: 9 }],
    ["of other rows", { rows: 7 }],
    ["whose checksums are of other batches", { batchRows: 6 }],
    ["without checksums", { checksums: "" }],
  ])("does not take a seal in %s", (_, more) => {
    const states = threeSteps();
    expect(states.seal(seal(more), 2)).toBe(false);
    expect(states.all.get(1)!.seal).toBeNull();
  });

  it("is given up once, only when sealed, and then keeps how it was cut but no checksums", () => {
    const states = threeSteps();
    expect([states.drop(1), states.drop(9)]).toEqual([false, false]);
    states.seal(seal(), 2);
    expect([states.drop(1), states.drop(1)]).toEqual([true, false]);
    expect(states.all.get(1)).toMatchObject({
      lastStep: 3,
      rows: 6,
      dropped: true,
      seal: { batchRows: 4, checksums: new Uint32Array() },
    });
    expect([states.add(step(4)), states.seal(seal(), 2)]).toEqual([null, false]);
  });

  it("says how many bytes it takes: raw, sealed, dropped", () => {
    const states = threeSteps();
    const size = (): number => segmentSize(states.all.get(1)!);
    expect(size()).toBe(300);
    states.seal(seal(), 2);
    expect(size()).toBe(77);
    states.drop(1);
    expect(size()).toBe(0);
  });
});

describe("checksums in a line", () => {
  it("come back as they were", () => {
    assert(
      property(array(integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 40 }), (checksums) => {
        const states = new SegmentStates();
        states.add(step(1, { rows: checksums.length }));
        const rows = checksums.length;
        states.seal(seal({ rows, batchRows: 1, checksums: encodeChecksums(checksums) }), 1);
        expect([...states.all.get(1)!.seal!.checksums]).toEqual(checksums);
      }),
    );
  });

  it("are uint32, little-endian, in base64", () => {
    expect(encodeChecksums([1, 0x04030201])).toBe(Buffer.from([1, 0, 0, 0, 1, 2, 3, 4]).toString("base64"));
  });
});
