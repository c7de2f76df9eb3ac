/** Every primitive and composite on every engine and backend that is here. */
import { describe, expect, it } from "vitest";

import { compositeCases, primitiveCases } from "../support/tensor-cases.ts";
import { engineError } from "../support/tensor-checks.ts";
import { tfjsError } from "../support/tfjs-checks.ts";

const operations = [...Object.keys(primitiveCases), ...Object.keys(compositeCases)];

describe("tfjs on TensorFlow", () => {
  it.each(operations)("%s and its gradients agree with the float64 interpreter", async (name) => {
    expect(await tfjsError(name, "tensorflow")).toBeLessThan(3e-6);
  });
});

describe("onnx, beside it in one process", () => {
  it.each(operations)("%s and its gradients agree with the float64 interpreter", async (name) => {
    expect(await engineError(name)).toBeLessThan(3e-6);
  });
});
