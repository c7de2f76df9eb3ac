import { describe, expect, it } from "vitest";

import { EngineError } from "../../../src/errors.ts";
import type { Candidate } from "../../../src/study/engines/candidates.ts";
import type { EngineProbe } from "../../../src/study/engines/engine-probe.ts";
import { type EngineFindings, type SurveyOptions, surveyEngines } from "../../../src/study/engines/survey.ts";

const candidate: Candidate = { name: "tfjs cpu", options: { kind: "tfjs", backend: "cpu" } };
const size = (width: number) => ({
  sizes: { layers: 1, heads: 1, width, context: 4, vocabSize: 16, biases: true },
  rows: 2,
});
const described = { name: "tfjs cpu", version: "4.22.0" };
const nothing = { candidate, found: null, problem: null, gradientError: null, stepMs: [] };

/** Findings of a scripted probe, and whether its thread was ended. */
const survey = async (
  probe: Partial<EngineProbe>,
  options: Partial<SurveyOptions> = {},
): Promise<{ findings: EngineFindings[]; closed: number }> => {
  const whole = { describe: async () => described, check: async () => 0, timeStep: async () => 5, ...probe };
  let closed = 0;
  const findings: EngineFindings[] = [];
  const asked = { check: false, sizes: [], budgetMs: 10, limitMs: 1000, ...options };
  for await (const found of surveyEngines([candidate], asked, () => ({
    call: (method, ...args) => Reflect.apply(whole[method], whole, args),
    close: async () => void closed++,
  })))
    findings.push(found);
  return { findings, closed };
};

describe("surveyEngines", () => {
  it("asks only for what is wanted", async () => {
    const forbidden = (): Promise<never> => Promise.reject(new EngineError("asked in vain"));
    expect(await survey({ check: forbidden, timeStep: forbidden })).toEqual({
      findings: [{ ...nothing, found: described }],
      closed: 1,
    });
  });

  it("checks and times", async () => {
    const asked: unknown[] = [];
    const probe: Partial<EngineProbe> = {
      check: async () => 1e-4,
      timeStep: async ({ sizes }, budgetMs) => asked.push(sizes.width, budgetMs),
    };
    const { findings } = await survey(probe, { check: true, sizes: [size(8), size(16)] });
    expect(findings).toEqual([{ ...nothing, found: described, gradientError: 1e-4, stepMs: [2, 4] }]);
    expect(asked).toEqual([8, 10, 16, 10]);
  });

  it("reports what is missing with what mends it", async () => {
    const missing = new EngineError("package x is not installed", { hint: "run: npm i x" });
    const { findings, closed } = await survey({ describe: () => Promise.reject(missing) }, { check: true });
    expect(findings).toEqual([
      { ...nothing, problem: { message: "package x is not installed", hint: "run: npm i x" } },
    ]);
    expect(closed).toBe(1);
  });

  it.each([0.01, Number.NaN])("reports gradients that are off by %d", async (gradientError) => {
    const { findings } = await survey(
      { check: async () => gradientError },
      { check: true, sizes: [size(8)] },
    );
    expect(findings).toEqual([
      {
        ...nothing,
        found: described,
        gradientError,
        problem: {
          message: `gradients must be within 0.003 of their finite differences, got ${gradientError}`,
        },
      },
    ]);
  });

  it("reports a failure that is no error of ours", async () => {
    const { findings } = await survey({ describe: () => Promise.reject(new TypeError("a bug")) });
    expect(findings[0]!.problem).toEqual({ message: "a bug" });
  });

  it("gives up a size that takes too long, does not try larger ones, and ends the thread", async () => {
    let tried = 0;
    const stuck: EngineProbe["timeStep"] = () => {
      tried++;
      return new Promise<number>(() => undefined);
    };
    const { findings, closed } = await survey(
      { timeStep: stuck },
      { sizes: [size(8), size(16)], limitMs: 20 },
    );
    expect(findings).toEqual([{ ...nothing, found: described, stepMs: [null, null] }]);
    expect([tried, closed]).toEqual([1, 1]);
  });
});
