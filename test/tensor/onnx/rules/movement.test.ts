import { describe, expect, it } from "vitest";

import { movement } from "../../../../src/tensor/onnx/rules/movement.ts";
import { engineError } from "../../../support/tensor-checks.ts";

describe("movement on ONNX Runtime", () => {
  it.each(Object.keys(movement))("%s and its gradients agree with the float64 interpreter", async (op) => {
    expect(await engineError(op)).toBeLessThan(3e-6);
  });
});
