import { describe, expect, it } from "vitest";

import { matmul } from "../../../../src/tensor/tfjs/rules/matmul.ts";
import { tfjsError } from "../../../support/tfjs-checks.ts";

describe.each(["cpu", "wasm"] as const)("the product on tfjs %s", (backend) => {
  it.each(Object.keys(matmul))("%s and its gradients agree with the float64 interpreter", async (op) => {
    expect(await tfjsError(op, backend)).toBeLessThan(3e-6);
  });
});
