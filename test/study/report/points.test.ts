import { beforeAll, describe, expect, it } from "vitest";

import type { Findings } from "../../../src/study/report/findings.ts";
import {
  allTrainingPoints,
  heldOutPoints,
  meanHeldOutPoints,
  pointsOf,
  rangeOfPoints,
  spansDecades,
  trainingPoints,
} from "../../../src/study/report/points.ts";
import { smallFindings } from "../../support/report-findings.ts";

let findings: Findings;
beforeAll(async () => {
  findings = await smallFindings();
});

describe("points", () => {
  it("of steps lie where the axis has them", () => {
    expect(pointsOf(Float64Array.of(5, 6), findings.axis)).toEqual([
      { at: 64, mean: 5, min: 5, max: 5 },
      { at: 128, mean: 6, min: 6, max: 6 },
    ]);
    expect(pointsOf(findings.steps.loss, findings.axis, 10).length).toBeLessThanOrEqual(10);
  });

  it("of all training rows lie between those of the domains", () => {
    const [first, second] = [0, 1].map((domain) => trainingPoints(findings, findings.axis, domain));
    for (const { at, mean } of allTrainingPoints(findings, findings.axis)) {
      const own = [first!, second!].flatMap((points) => points.filter((point) => point.at === at));
      expect(mean).toBeGreaterThanOrEqual(Math.min(...own.map((point) => point.mean)) - 1e-9);
      expect(mean).toBeLessThanOrEqual(Math.max(...own.map((point) => point.mean)) + 1e-9);
    }
  });

  it("of held-out rows are the evaluations', and their mean counts domains alike", () => {
    const [novel, code] = ["d0", "d1"].map((name) => heldOutPoints(findings, findings.axis, name));
    expect(novel!.map(({ at }) => at)).toEqual([0, 30 * 64, 60 * 64]);
    expect(meanHeldOutPoints(findings, findings.axis)[1]!.mean).toBe((novel![1]!.mean + code![1]!.mean) / 2);
    expect(heldOutPoints(findings, findings.axis, "unheard of")).toEqual([]);
    const many = { ...findings, evaluations: Array.from({ length: 999 }, () => findings.evaluations[0]!) };
    expect(meanHeldOutPoints(many, findings.axis)).toHaveLength(120);
  });

  it("have a range, and need a logarithm where it spans a thousand", () => {
    const of = (...means: number[]) => means.map((mean) => ({ at: 0, mean }));
    expect([rangeOfPoints(of(3, 1, 2)), rangeOfPoints([])]).toEqual([
      [1, 3],
      [0, 1],
    ]);
    expect([of(1, 1001), of(1, 999), of(0, 5000), of(-1, 5000)].map(spansDecades)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
