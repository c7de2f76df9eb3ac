import { describe, expect, it } from "vitest";

import { movement } from "../../../../src/tensor/tfjs/rules/movement.ts";
import { tfjsError } from "../../../support/tfjs-checks.ts";

describe.each(["cpu", "wasm"] as const)("movement on tfjs %s", (backend) => {
  it.each(Object.keys(movement))("%s and its gradients agree with the float64 interpreter", async (op) => {
    expect(await tfjsError(op, backend)).toBeLessThan(3e-6);
  });
});
