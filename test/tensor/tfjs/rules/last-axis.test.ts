import { describe, expect, it } from "vitest";

import { lastAxis } from "../../../../src/tensor/tfjs/rules/last-axis.ts";
import { tfjsError } from "../../../support/tfjs-checks.ts";

describe.each(["cpu", "wasm"] as const)("softmax and its logarithm on tfjs %s", (backend) => {
  it.each(Object.keys(lastAxis))("%s and its gradients agree with the float64 interpreter", async (op) => {
    expect(await tfjsError(op, backend)).toBeLessThan(3e-6);
  });
});
