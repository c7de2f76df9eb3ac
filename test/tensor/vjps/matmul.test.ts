import { describe, expect, it } from "vitest";

import { matmul } from "../../../src/tensor/vjps/matmul.ts";
import { gradientError } from "../../support/tensor-checks.ts";

describe("product gradients", () => {
  it.each(Object.keys(matmul))("%s agrees with finite differences", (op) => {
    expect(gradientError(op)).toBeLessThan(1e-7);
  });
});
