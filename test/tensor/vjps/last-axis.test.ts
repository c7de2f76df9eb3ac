import { describe, expect, it } from "vitest";

import { lastAxis } from "../../../src/tensor/vjps/last-axis.ts";
import { gradientError } from "../../support/tensor-checks.ts";

describe("softmax gradients", () => {
  it.each(Object.keys(lastAxis))("%s agrees with finite differences", (op) => {
    expect(gradientError(op)).toBeLessThan(1e-7);
  });
});
