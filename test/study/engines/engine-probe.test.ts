import { describe, expect, it } from "vitest";

import { createEngineProbe } from "../../../src/study/engines/engine-probe.ts";
import { gradientTolerance } from "../../../src/study/engines/survey.ts";

const size = {
  sizes: { layers: 1, heads: 1, width: 8, context: 4, vocabSize: 16, biases: true },
  rows: 2,
};

describe("the probe of an engine", () => {
  it("names it, checks it and times it", async () => {
    const probe = createEngineProbe({ kind: "onnx", backend: "cpu", threads: 1 });
    expect(await probe.describe()).toEqual({
      name: "onnx cpu, 1 thread",
      version: expect.stringMatching(/^1\./),
    });
    expect(await probe.check()).toBeLessThan(gradientTolerance);
    expect(await probe.timeStep(size, 0)).toBeGreaterThan(0);
    expect(await probe.timeStep(size, 30)).toBeGreaterThan(0);
  });
});
