import { describe, expect, it } from "vitest";

import { movement } from "../../../src/tensor/vjps/movement.ts";
import { gradientError } from "../../support/tensor-checks.ts";

describe("movement gradients", () => {
  it.each(Object.keys(movement))("%s agrees with finite differences", (op) => {
    expect(gradientError(op)).toBeLessThan(1e-7);
  });
});
