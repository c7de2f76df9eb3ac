import { describe, expect, it } from "vitest";

import { Program } from "../../../src/tensor/program.ts";
import { lower } from "../../../src/tensor/tfjs/lower.ts";
import { isOp } from "../../../src/tensor/value.ts";
import { interpret } from "../../support/float64-interpreter.ts";
import { miniGpt, miniGptFeeds } from "../../support/mini-gpt.ts";
import { casesOf } from "../../support/tensor-cases.ts";

const opsOf = ({ nodes }: Program): string[] => nodes.map(({ op }) => op);

describe("lower", () => {
  it("keeps what a GPT's step gives, to float64's last digits, and leaves products plain", () => {
    const sizes = { L: 2, H: 2, D: 8, T: 6, B: 3, V: 11 };
    const feeds = miniGptFeeds(sizes, 4);
    const { program, outputs } = miniGpt(sizes);
    const lowered = lower(program, outputs);
    const expected = interpret(program, outputs, feeds, { expand: true });
    const actual = interpret(lowered.program, lowered.outputs, feeds);
    expect(Object.keys(actual)).toEqual(Object.keys(outputs));
    for (const [name, tensor] of Object.entries(expected))
      for (const [at, x] of tensor.entries()) expect(actual[name]![at]).toBeCloseTo(x, 12);
    for (const node of lowered.program.nodes.filter((value) => isOp(value, "matmul"))) {
      expect(node.inputs).toHaveLength(2);
      expect(node.attributes).toMatchObject({ alpha: 1 });
    }
    expect(opsOf(lowered.program)).not.toContain("composite");
    expect(opsOf(lowered.program)).not.toContain("stop");
  });

  it("spells out every way of a product", () => {
    for (const { program, outputs, feeds } of casesOf("matmul", 40)) {
      const lowered = lower(program, outputs);
      const expected = interpret(program, outputs, feeds);
      const actual = interpret(lowered.program, lowered.outputs, feeds);
      for (const [name, tensor] of Object.entries(expected))
        for (const [at, x] of tensor.entries()) expect(actual[name]![at]).toBeCloseTo(x, 10);
    }
  });

  it("computes once what is asked for twice, and not what nobody needs", () => {
    const program = new Program();
    const [x, y] = [program.input("x", [2, 3, 4]), program.input("y", [2, 3, 4])];
    const products = [1, 2].map(() => program.matmul(x, y, { transposeB: true, alpha: 0.5 }));
    program.exp(program.input("unneeded", [2]));
    const sums = [program.sum(x, [0]), program.sum(x, [1]), program.sum(x, [0])];
    const { program: lowered, outputs } = lower(program, {
      a: products[0]!,
      b: products[1]!,
      first: sums[0]!,
      second: sums[1]!,
      third: sums[2]!,
    });
    expect(outputs["a"]).toBe(outputs["b"]);
    expect(outputs["first"]).toBe(outputs["third"]);
    expect(outputs["first"]).not.toBe(outputs["second"]);
    // The factor meets the product: [2, 3, 3] is smaller than an operand.
    expect(opsOf(lowered).toSorted()).toEqual(
      ["constant", "input", "input", "matmul", "mul", "sum", "sum"].toSorted(),
    );
  });

  it("tells constants of one shape apart", () => {
    const program = new Program();
    const x = program.input("x", [2]);
    const outputs = { more: program.add(x, 1), less: program.add(x, -1) };
    const lowered = lower(program, outputs);
    expect(interpret(lowered.program, lowered.outputs, { x: [1, 2] })).toMatchObject({
      more: Float64Array.of(2, 3),
      less: Float64Array.of(0, 1),
    });
  });
});
