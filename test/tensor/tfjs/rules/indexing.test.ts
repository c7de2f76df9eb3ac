import { describe, expect, it } from "vitest";

import { indexing } from "../../../../src/tensor/tfjs/rules/indexing.ts";
import { tfjsError } from "../../../support/tfjs-checks.ts";

describe.each(["cpu", "wasm"] as const)("indexing, repeated indices included, on tfjs %s", (backend) => {
  it.each(Object.keys(indexing))("%s and its gradients agree with the float64 interpreter", async (op) => {
    expect(await tfjsError(op, backend)).toBeLessThan(3e-6);
  });
});
