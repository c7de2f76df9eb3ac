import { describe, expect, it } from "vitest";

import { gptMemory, gptScoringMemory } from "../../src/training/gpt-memory.ts";
import { engineOptions, trainingOptions } from "../../src/training/options.ts";
import { weighingOptions } from "../../src/weighing/options.ts";

const bytesAt = (
  [layers, heads, width, context, batchSize, vocabSize]: readonly [
    number,
    number,
    number,
    number,
    number,
    number,
  ],
  { strategy = "linupper", ...training }: { strategy?: "linupper" | "uniform"; microBatchSize?: number } = {},
): number[] => {
  const parts = gptMemory({
    sizes: { layers, heads, width, context, vocabSize, biases: true },
    training: trainingOptions.parse({ batchSize, ...training }),
    engine: engineOptions.parse({}),
    weighing: weighingOptions.parse({ strategy }),
    seqLen: context,
  });
  return parts!.map(({ bytes }) => bytes);
};

describe("gptMemory", () => {
  // Measured with `npm run bench -- training/memory`, Linux x64, less 120 MB of process: 153 and 528 MB.
  it.each([
    [[4, 4, 128, 128, 16, 1024], 153e6],
    [[6, 8, 256, 256, 8, 4096], 528e6],
  ] as const)("is within a fifth of what was measured at %j", (sizes, measured) => {
    const total = bytesAt(sizes).reduce((sum, bytes) => sum + bytes, 0);
    expect(total / measured).toBeGreaterThan(0.95);
    expect(total / measured).toBeLessThan(1.2);
  });

  it("counts 16 bytes a parameter", () => {
    const [parameters] = bytesAt([2, 2, 8, 4, 2, 11]);
    const perLayer = 12 * 8 * 8 + 13 * 8;
    expect(parameters).toBe(16 * (11 * 8 + 4 * 8 + 2 * perLayer + 2 * 8));
  });

  it("is less with micro-batches, and knows the forward pass that they need", () => {
    const sizes = [2, 2, 64, 64, 16, 256] as const;
    const whole = bytesAt(sizes);
    const micro = bytesAt(sizes, { microBatchSize: 4 });
    expect(micro[0]).toBe(whole[0]);
    expect(micro[1]! / whole[1]!).toBeLessThan(0.6);
    expect(micro[2]!).toBeLessThan(whole[2]!);
  });

  it("says nothing of engines that were not measured", () => {
    const options = {
      sizes: { layers: 1, heads: 1, width: 8, context: 4, vocabSize: 11, biases: true },
      training: trainingOptions.parse({}),
      weighing: weighingOptions.parse({}),
      seqLen: 4,
    };
    for (const engine of [
      { kind: "tfjs", backend: "tensorflow" },
      { kind: "onnx", backend: "webgpu", threads: 1 },
    ] as const)
      expect(gptMemory({ ...options, engine })).toBeUndefined();
  });
});

describe("gptScoringMemory", () => {
  const gpt28 = { layers: 6, heads: 8, width: 512, context: 512, vocabSize: 16_384, biases: true };
  const gpt124 = { layers: 12, heads: 12, width: 768, context: 512, vocabSize: 50_257, biases: true };

  // Peak resident size of `counterweight score` on rows of 128 tokens, Linux x64, less 180 MB of process.
  it.each([
    [gpt28, 4, 244e6],
    [gpt28, 16, 402e6],
    [gpt124, 4, 1147e6],
    [gpt124, 16, 1477e6],
  ])("is within a tenth of what was measured: %#", (sizes, rows, measured) => {
    const parts = gptScoringMemory({ sizes, rows, seqLen: 128, engine: engineOptions.parse({}) })!;
    const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(total / measured).toBeGreaterThan(0.95);
    expect(total / measured).toBeLessThan(1.11);
  });

  it("says nothing of engines that were not measured", () => {
    const engine = { kind: "tfjs", backend: "wasm" } as const;
    expect(gptScoringMemory({ sizes: gpt28, rows: 1, seqLen: 128, engine })).toBeUndefined();
  });
});
