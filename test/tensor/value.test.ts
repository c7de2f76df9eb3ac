import { describe, expect, it } from "vitest";

import { Program } from "../../src/tensor/program.ts";
import { isOp } from "../../src/tensor/value.ts";

describe("isOp", () => {
  it("tells operations apart and narrows their attributes", () => {
    const program = new Program();
    const x = program.slice(program.input("x", [4]), 0, 1, 3);
    expect(isOp(x, "pad")).toBe(false);
    expect(isOp(x, "slice") && x.attributes.start).toBe(1);
  });
});
