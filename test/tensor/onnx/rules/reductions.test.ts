import { describe, expect, it } from "vitest";

import { reductions } from "../../../../src/tensor/onnx/rules/reductions.ts";
import { engineError } from "../../../support/tensor-checks.ts";

describe("reductions on ONNX Runtime", () => {
  it.each(Object.keys(reductions))("%s and its gradients agree with the float64 interpreter", async (op) => {
    expect(await engineError(op)).toBeLessThan(3e-6);
  });
});
