import { describe, expect, it } from "vitest";

import { matmul } from "../../../../src/tensor/onnx/rules/matmul.ts";
import { engineError } from "../../../support/tensor-checks.ts";

describe("the product on ONNX Runtime", () => {
  it.each(Object.keys(matmul))("%s and its gradients agree with the float64 interpreter", async (op) => {
    expect(await engineError(op)).toBeLessThan(3e-6);
  });
});
