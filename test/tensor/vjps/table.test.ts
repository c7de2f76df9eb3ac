import { describe, expect, it } from "vitest";

import { vjps } from "../../../src/tensor/vjps/table.ts";
import { primitiveCases } from "../../support/tensor-cases.ts";

describe("the table of gradients", () => {
  it("has every operation, and a case for every operation that computes", () => {
    expect(Object.keys(vjps).toSorted()).toEqual(
      [...Object.keys(primitiveCases), "input", "constant", "composite"].toSorted(),
    );
  });
});
