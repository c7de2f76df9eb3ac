import { describe, expect, it } from "vitest";

import { rules } from "../../../../src/tensor/onnx/rules/table.ts";
import { vjps } from "../../../../src/tensor/vjps/table.ts";

describe("the table of emission rules", () => {
  it("has every operation that has a gradient", () => {
    expect(Object.keys(rules).toSorted()).toEqual(Object.keys(vjps).toSorted());
  });
});
