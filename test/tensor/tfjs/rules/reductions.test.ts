import { describe, expect, it } from "vitest";

import { reductions } from "../../../../src/tensor/tfjs/rules/reductions.ts";
import { tfjsError } from "../../../support/tfjs-checks.ts";

describe.each(["cpu", "wasm"] as const)("reductions on tfjs %s", (backend) => {
  it.each(Object.keys(reductions))("%s and its gradients agree with the float64 interpreter", async (op) => {
    expect(await tfjsError(op, backend)).toBeLessThan(3e-6);
  });
});
