import { describe, expect, it } from "vitest";

import { layerNorm } from "../../../src/tensor/composites/layer-norm.ts";
import { Program } from "../../../src/tensor/program.ts";
import { compositeChecks } from "../../support/composite-checks.ts";
import { interpret } from "../../support/float64-interpreter.ts";

describe("layerNorm", () => {
  it.each(compositeChecks)("%s", async (_name, errorOf, bound) => {
    expect(await errorOf("layerNorm")).toBeLessThan(bound);
  });

  it("gives rows of mean 0 and variance 1 before gain and bias", () => {
    const program = new Program();
    const [gain, bias] = [program.filled([4], 1), program.filled([4], 0)];
    const y = layerNorm(program, program.input("x", [1, 4]), gain, bias, { epsilon: 0 });
    const row = [...interpret(program, { y }, { x: [3, 5, 8, -2] }, { expand: true })["y"]!];
    expect(row.reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 12);
    expect(row.reduce((sum, x) => sum + x * x, 0) / 4).toBeCloseTo(1, 12);
  });

  it("refuses gain and bias of another width", () => {
    const program = new Program();
    const [x, gain] = [program.input("x", [2, 4]), program.input("gain", [3])];
    expect(() => layerNorm(program, x, gain, gain)).toThrow(
      "layerNorm's shapes must be [..., D], [D] and [D], got [2, 4], [3], [3] (layerNorm)",
    );
  });
});
