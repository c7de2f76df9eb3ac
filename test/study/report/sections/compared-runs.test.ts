import { beforeAll, describe, expect, it } from "vitest";

import type { Findings } from "../../../../src/study/report/findings.ts";
import {
  comparedRuns,
  dashOf,
  legendOf,
  linesOf,
  mostRuns,
  namesOf,
} from "../../../../src/study/report/sections/compared-runs.ts";
import { readable, smallFindings } from "../../../support/report-findings.ts";

let one: Findings;
let other: Findings;
beforeAll(async () => {
  one = await smallFindings();
  other = await smallFindings({ name: "<other>", changes: { training: { batchSize: 4 } } });
});

describe("compared runs", () => {
  it("of the same name are told apart", () => {
    expect(namesOf([one, other, one])).toEqual(["run (1)", "<other>", "run (3)"]);
  });

  it("have lines that differ in colour and in dashes", () => {
    expect(new Set(Array.from({ length: mostRuns }, (_, run) => dashOf(run))).size).toBe(mostRuns);
    const lines = linesOf(comparedRuns([one, other]), "line", (_, { perStep }) => [
      { at: perStep, mean: 1, min: 0, max: 2 },
    ]);
    expect(lines).toEqual([
      { name: "run", colour: "var(--run-0)", dash: undefined, shape: "line", points: [{ at: 64, mean: 1 }] },
      { name: "<other>", colour: "var(--run-1)", dash: "7 3", shape: "line", points: [{ at: 32, mean: 1 }] },
    ]);
  });

  it("say what their losses are measured in, if it is the same", () => {
    expect(comparedRuns([one, other]).loss).toBe("nats per token");
    const bare = { ...other, axis: { ...other.axis, loss: "half squared error" } as const };
    expect(comparedRuns([one, bare]).loss).toBe("each run in its own unit");
  });

  it("have a key with their names", () => {
    expect(readable(legendOf(comparedRuns([one, other])).text).trim()).toBe("run <other>");
  });
});
