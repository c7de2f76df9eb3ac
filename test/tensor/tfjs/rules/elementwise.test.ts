import { describe, expect, it } from "vitest";

import { elementwise } from "../../../../src/tensor/tfjs/rules/elementwise.ts";
import { tfjsError } from "../../../support/tfjs-checks.ts";

describe.each(["cpu", "wasm"] as const)("elementwise operations on tfjs %s", (backend) => {
  it.each(Object.keys(elementwise))("%s and its gradients agree with the float64 interpreter", async (op) => {
    expect(await tfjsError(op, backend)).toBeLessThan(3e-6);
  });
});
