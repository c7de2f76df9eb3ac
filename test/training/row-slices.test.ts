import { describe, expect, it } from "vitest";

import { rowSlices } from "../../src/training/row-slices.ts";

const cpu = { kind: "onnx", backend: "cpu", threads: 2 } as const;

describe("rowSlices", () => {
  it.each([
    [16, 128, 4],
    [8, 256, 4],
    [2, 512, 2],
    [1, 4096, 1],
    [3, 256, 1],
    [7, 200, 2],
    [6, 16, 1],
    [500, 2048, 4],
  ])("cuts %d rows of %d tokens into %d", (rows, seqLen, slices) => {
    expect(rowSlices({ rows, seqLen, width: 128 }, cpu)).toBe(slices);
  });

  it.each([
    [511, 4],
    [512, 1],
  ])("at width %d: %d", (width, slices) => {
    expect(rowSlices({ rows: 16, seqLen: 128, width }, cpu)).toBe(slices);
  });

  it("leaves rows whole on other backends", () => {
    expect(rowSlices({ rows: 16, seqLen: 128, width: 128 }, { ...cpu, backend: "webgpu" })).toBe(1);
    expect(rowSlices({ rows: 16, seqLen: 128, width: 128 }, { kind: "tfjs", backend: "tensorflow" })).toBe(1);
  });
});
