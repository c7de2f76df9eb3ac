import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Program } from "../../../src/tensor/program.ts";
import { broadcastSum } from "../../../src/tensor/vjps/broadcast-sum.ts";
import { interpret } from "../../support/float64-interpreter.ts";
import { CaseBuilder } from "../../support/tensor-cases.ts";

describe("broadcastSum", () => {
  it("is the transpose of expand: ⟨expand x, g⟩ = ⟨x, broadcastSum g⟩", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const c = new CaseBuilder(seed);
        const shape = c.shape();
        const [x, g] = [c.floats(c.narrower(shape)), c.floats(shape)];
        const { program } = c;
        const outputs = {
          left: program.sum(program.mul(program.expand(x, shape), g)),
          right: program.sum(program.mul(x, broadcastSum(program, g, x.shape))),
        };
        const { left, right } = interpret(program, outputs, c.feeds);
        expect(left![0]).toBeCloseTo(right![0]!, 9);
      }),
    );
  });

  it("costs nothing where nothing was broadcast", () => {
    const program = new Program();
    const g = program.input("g", [2, 3]);
    expect(broadcastSum(program, g, [2, 3])).toBe(g);
  });
});
