import { describe, expect, it } from "vitest";

import { History } from "../../../src/ledger/journal/history.ts";
import { encodeChecksums } from "../../../src/ledger/journal/segment-states.ts";
import type { BranchLine, JournalLine, StepLine } from "../../../src/ledger/journal/journal-line.ts";

const branch = (number: number, parent: number | null, step: number): BranchLine => ({
  kind: "branch",
  branch: number,
  parent,
  step,
  formatVersion: 1,
  emaAlpha: 0.3,
});
const step = (number: number, of: number, end: number, segment = 1): StepLine => ({
  kind: "step",
  step: number,
  branch: of,
  segment,
  end,
  rows: number,
  data: 1000 + number,
  metrics: {},
});

const historyOf = (...lines: JournalLine[]): History => {
  const history = new History("journal");
  for (const [at, line] of lines.entries()) history.add({ line, crc: 100 + at, offset: 10 * at });
  return history;
};

/** Steps 1-4; back to 2, steps 3-4 again; back to 3 of the first branch, step 4. */
const forked = [
  branch(0, null, 0),
  step(1, 0, 50),
  step(2, 0, 90),
  step(3, 0, 120),
  step(4, 0, 150),
  branch(1, 0, 2),
  step(3, 1, 30, 2),
  step(4, 1, 60, 2),
  branch(2, 0, 3),
  step(4, 2, 40, 3),
];

describe("the history of branches", () => {
  it("finds where each step lies, as each branch sees it", () => {
    const history = historyOf(...forked);
    expect(history.branch).toBe(2);
    const writers = [0, 1, 2].map((seen) => [1, 2, 3, 4].map((number) => history.writerOf(seen, number)));
    expect(writers).toEqual([
      [0, 0, 0, 0],
      [0, 0, 1, 1],
      [0, 0, 0, 2],
    ]);
    expect(history.place(1, 2)).toEqual({
      step: 2,
      branch: 0,
      segment: 1,
      start: 50,
      end: 90,
      rows: 2,
      data: 1002,
      crc: 102,
      firstRow: 1,
    });
    expect(history.place(1, 4)).toMatchObject({ segment: 2, start: 30, end: 60 });
    expect(
      [...history.segments.values()].map(({ segment, branch, end, rows }) => [segment, branch, end, rows]),
    ).toEqual([
      [1, 0, 150, 10],
      [2, 1, 60, 7],
      [3, 2, 40, 4],
    ]);
    expect(history.segmentBytes).toBe(250);
    expect(history.rowsThrough(2, 4)).toBe(1 + 2 + 3 + 4);
  });

  it("knows positions by the line that wrote them", () => {
    const history = historyOf(...forked);
    expect(history.positionOf(2, 3)).toEqual({ branch: 0, step: 3, crc: 103 });
    expect(history.positionOf(1, 3)).toEqual({ branch: 1, step: 3, crc: 106 });
    expect(history.positionOf(2, 0)).toEqual({ branch: 0, step: 0, crc: 100 });
    expect([history.positionOf(2, 5), history.positionOf(3, 1)]).toEqual([null, null]);
  });

  it("keeps thousands of steps", () => {
    const steps = Array.from({ length: 3000 }, (_, at) => step(at + 1, 0, 10 * (at + 1)));
    const history = historyOf(branch(0, null, 0), ...steps);
    expect(history.place(0, 2999)).toMatchObject({ start: 29_980, end: 29_990, rows: 2999, crc: 3099 });
  });

  it("passes mixture lines by", () => {
    const history = historyOf(branch(0, null, 0), { kind: "mixture", step: 3, weights: {} }, step(1, 0, 9));
    expect(history.lastStep(0)).toBe(1);
  });

  it.each([
    ["a step left out", [branch(0, null, 0), step(2, 0, 9)], "step 2"],
    ["a step of another branch", [branch(0, null, 0), branch(1, 0, 0), step(1, 0, 9)], "step 1"],
    ["a branch left out", [branch(1, 0, 0)], "branch 1"],
    ["a branch from a step that was not reached", [branch(0, null, 0), branch(1, 0, 1)], "branch 1"],
    ["a first branch that does not start the run", [branch(0, null, 4)], "branch 0"],
  ])("refuses %s", (_, lines, what) => {
    expect(() => historyOf(...lines)).toThrow(
      `the journal goes on with ${what} where it cannot (journal, offset ${10 * (lines.length - 1)})`,
    );
  });

  it("knows where each branch begins", () => {
    const history = historyOf(...forked);
    expect([0, 1, 2].map((number) => history.rootOf(number))).toEqual([
      { parent: null, from: 0 },
      { parent: 0, from: 2 },
      { parent: 0, from: 3 },
    ]);
  });

  it("knows what a branch shares with those before it", () => {
    const history = historyOf(...forked);
    expect([history.lastShared(0, 0), history.lastShared(1, 0), history.lastShared(2, 0)]).toEqual([
      Infinity,
      2,
      3,
    ]);
    const seen = (branch: number): number[] =>
      [1, 2, 3, 4].filter((number) => history.sees(branch, { branch: 0, step: number }));
    expect([seen(0), seen(1), seen(2)]).toEqual([
      [1, 2, 3, 4],
      [1, 2],
      [1, 2, 3],
    ]);
    expect([history.sees(0, { branch: 1, step: 3 }), history.sees(2, { branch: 1, step: 3 })]).toEqual([
      false,
      false,
    ]);
  });

  const seal = {
    kind: "seal",
    segment: 1,
    end: 99,
    rows: 3,
    batchRows: 2,
    checksums: encodeChecksums(Array.from({ length: 22 }, (_, at) => at)),
  } as const;
  const two = [branch(0, null, 0), step(1, 0, 50), step(2, 0, 90)];

  it("takes seals and drops in", () => {
    const history = historyOf(...two, seal);
    expect(history.segments.get(1)).toMatchObject({
      end: 90,
      rows: 3,
      dropped: false,
      seal: { end: 99, batchRows: 2 },
    });
    expect(history.segments.get(1)!.seal!.checksums[21]).toBe(21);
    expect(history.segmentBytes).toBe(99);
    history.add({ line: { kind: "drop", segment: 1 }, crc: 9, offset: 9 });
    expect([history.segments.get(1)!.dropped, history.segmentBytes]).toEqual([true, 0]);
  });

  it.each<[string, JournalLine[], string]>([
    ["a seal of a segment that is not there", [branch(0, null, 0), seal], "a seal of segment 1"],
    ["a seal of other rows", [...two, { ...seal, rows: 4 }], "a seal of segment 1"],
    ["a seal with checksums of other columns", [...two, { ...seal, checksums: "" }], "a seal of segment 1"],
    ["a second seal", [...two, seal, seal], "a seal of segment 1"],
    ["a step in a sealed segment", [...two, seal, step(3, 0, 99)], "step 3 in segment 1"],
    [
      "a step in a segment of another branch",
      [...two, branch(1, 0, 2), step(3, 1, 99)],
      "step 3 in segment 1",
    ],
    ["the end of a raw segment", [...two, { kind: "drop", segment: 1 }], "the end of segment 1"],
  ])("refuses %s", (_, lines, what) => {
    expect(() => historyOf(...lines)).toThrow(`the journal goes on with ${what} where it cannot (journal`);
  });

  it("refuses unknown branches by name", () => {
    const history = historyOf(branch(0, null, 0));
    expect(() => history.lastStep(4)).toThrow("branch 4 is not in the journal");
    expect(() => history.rootOf(4)).toThrow("branch 4 is not in the journal");
  });
});
