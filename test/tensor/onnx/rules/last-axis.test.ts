import { describe, expect, it } from "vitest";

import { lastAxis } from "../../../../src/tensor/onnx/rules/last-axis.ts";
import { engineError } from "../../../support/tensor-checks.ts";

describe("softmax on ONNX Runtime", () => {
  it.each(Object.keys(lastAxis))("%s and its gradients agree with the float64 interpreter", async (op) => {
    expect(await engineError(op)).toBeLessThan(3e-6);
  });
});
