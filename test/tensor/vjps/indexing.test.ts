import { describe, expect, it } from "vitest";

import { indexing } from "../../../src/tensor/vjps/indexing.ts";
import { gradientError } from "../../support/tensor-checks.ts";

describe("indexing gradients", () => {
  it.each(Object.keys(indexing))("%s agrees with finite differences", (op) => {
    expect(gradientError(op)).toBeLessThan(1e-7);
  });
});
