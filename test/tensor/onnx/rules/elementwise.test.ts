import { describe, expect, it } from "vitest";

import { elementwise } from "../../../../src/tensor/onnx/rules/elementwise.ts";
import { engineError } from "../../../support/tensor-checks.ts";

describe("elementwise operations on ONNX Runtime", () => {
  it.each(Object.keys(elementwise))("%s and its gradients agree with the float64 interpreter", async (op) => {
    expect(await engineError(op)).toBeLessThan(3e-6);
  });
});
