import { describe, expect, it } from "vitest";

import { attention } from "../../../src/tensor/composites/attention.ts";
import { Program } from "../../../src/tensor/program.ts";
import { compositeChecks } from "../../support/composite-checks.ts";
import { interpret } from "../../support/float64-interpreter.ts";
import { uniform } from "../../support/tensor-cases.ts";

const shape = [6, 2, 2, 3];

describe("attention", () => {
  it.each(compositeChecks)("%s", async (_name, errorOf, bound) => {
    expect(await errorOf("attention")).toBeLessThan(bound);
  });

  it("never looks ahead: what follows a position does not change it", () => {
    const program = new Program();
    const [q, k, v] = ["q", "k", "v"].map((name) => program.input(name, shape));
    const y = attention(program, q!, k!, v!, { scale: 0.5 });
    const random = uniform(1);
    const feed = (): Float64Array => Float64Array.from({ length: 72 }, random);
    const feeds = { q: feed(), k: feed(), v: feed() };
    const changed = {
      q: feeds.q,
      k: feeds.k.map((x, i) => (i < 36 ? x : 9)),
      v: feeds.v.map((x, i) => (i < 36 ? x : 9)),
    };
    for (const expand of [false, true]) {
      const before = interpret(program, { y }, feeds, { expand })["y"]!;
      const after = interpret(program, { y }, changed, { expand })["y"]!;
      expect([...after.subarray(0, 36)]).toEqual([...before.subarray(0, 36)]);
      expect([...after.subarray(36)]).not.toEqual([...before.subarray(36)]);
    }
  });

  it("refuses operands of different or other shapes", () => {
    const program = new Program();
    const q = program.input("q", shape);
    const k = program.input("k", [5, 2, 2, 3]);
    expect(() => attention(program, q, k, q, { scale: 1 })).toThrow(
      "attention's shapes must be equal and [T, B, H, E], got [6, 2, 2, 3], [5, 2, 2, 3], [6, 2, 2, 3]",
    );
  });
});
