import { describe, expect, it } from "vitest";

import { indexing } from "../../../../src/tensor/onnx/rules/indexing.ts";
import { engineError } from "../../../support/tensor-checks.ts";

describe("indexing, repeated indices included, on ONNX Runtime", () => {
  it.each(Object.keys(indexing))("%s and its gradients agree with the float64 interpreter", async (op) => {
    expect(await engineError(op)).toBeLessThan(3e-6);
  });
});
