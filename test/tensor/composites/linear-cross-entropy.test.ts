import { describe, expect, it } from "vitest";

import { linearCrossEntropy } from "../../../src/tensor/composites/linear-cross-entropy.ts";
import { gradients } from "../../../src/tensor/gradient.ts";
import { planOf } from "../../../src/tensor/plan.ts";
import { Program } from "../../../src/tensor/program.ts";
import type { Value } from "../../../src/tensor/value.ts";
import { compositeChecks } from "../../support/composite-checks.ts";
import { type Feeds, interpret } from "../../support/float64-interpreter.ts";
import { uniform } from "../../support/tensor-cases.ts";

const build = (tall = false): { program: Program; outputs: Record<string, Value>; feeds: Feeds } => {
  const program = new Program();
  const [h, table] = [program.input("h", [7, 3]), program.input("table", [5, 3])];
  const losses = linearCrossEntropy(program, h, table, program.input("y", [7], "int32"), { tall });
  const [dh, dTable] = gradients(program, [[losses, program.input("g", [7])]], [h, table]);
  const random = uniform(2);
  const floats = (length: number): number[] => Array.from({ length }, () => 2 * random() - 1);
  const feeds = { h: floats(21), table: floats(15), y: [1, 1, 1, 4, 0, 4, 1], g: floats(7) };
  return { program, outputs: { losses, dh: dh!, dTable: dTable! }, feeds };
};

describe("linearCrossEntropy", () => {
  it.each(compositeChecks)("%s", async (_name, errorOf, bound) => {
    expect(await errorOf("linearCrossEntropy")).toBeLessThan(bound);
  });

  it("gives the same gradient of a tall table", () => {
    const plain = build();
    const expected = interpret(plain.program, plain.outputs, plain.feeds);
    const { program, outputs, feeds } = build(true);
    const actual = interpret(program, outputs, feeds, { expand: true });
    for (const [name, tensor] of Object.entries(expected))
      for (const [at, x] of tensor.entries()) expect(actual[name]![at]).toBeCloseTo(x, 7);
    expect(program.nodes.some(({ op, shape }) => op === "matmul" && shape.join() === "3,5")).toBe(true);
  });

  it("keeps a tall table's gradient transposed until the rows read from it are added", () => {
    const program = new Program();
    const [table, tokens] = [program.input("table", [5, 3]), program.input("tokens", [7], "int32")];
    const losses = linearCrossEntropy(program, program.gatherRows(table, tokens), table, tokens, {
      tall: true,
    });
    const outputs = { dTable: gradients(program, [[losses, program.input("g", [7])]], [table])[0]! };
    const steps = planOf(program, Object.values(outputs)).steps.map(({ op }) => op);
    expect(steps.filter((op) => op.startsWith("scatter") || op === "transpose")).toEqual([
      "scatterAddColumns",
      "transpose",
    ]);
    const random = uniform(3);
    const floats = (length: number): number[] => Array.from({ length }, () => 2 * random() - 1);
    const feeds = { table: floats(15), tokens: [1, 1, 1, 4, 0, 4, 1], g: floats(7) };
    const wide = new Program();
    const [all, read] = [wide.input("table", [5, 3]), wide.input("tokens", [7], "int32")];
    const plain = linearCrossEntropy(wide, wide.gatherRows(all, read), all, read, { tall: false });
    const expected = interpret(
      wide,
      { dTable: gradients(wide, [[plain, wide.input("g", [7])]], [all])[0]! },
      feeds,
    );
    const actual = interpret(program, outputs, feeds, { expand: true });
    for (const [at, x] of expected["dTable"]!.entries()) expect(actual["dTable"]![at]).toBeCloseTo(x, 7);
  });

  it("makes the logits and the probabilities, and no third tensor of their size", () => {
    const { program } = build();
    const large = program.nodes.filter(({ shape }) => shape.join() === "7,5").map(({ op }) => op);
    expect(large).toEqual(["matmul", "logSoftmax", "exp", "addLast"]);
  });

  it("refuses what does not fit", () => {
    const program = new Program();
    const [h, table] = [program.input("h", [7, 3]), program.input("table", [5, 4])];
    const [y, short] = [program.input("y", [7], "int32"), program.input("short", [6], "int32")];
    expect(() => linearCrossEntropy(program, h, table, y)).toThrow(
      "linearCrossEntropy's shapes must be [N, D], [V, D] and [N], got [7, 3], [5, 4], [7]",
    );
    expect(() => linearCrossEntropy(program, h, h, short)).toThrow("got [7, 3], [7, 3], [6]");
    expect(() => linearCrossEntropy(program, h, h, h)).toThrow(
      "linearCrossEntropy's operand must be int32, got float32 [7, 3] of input",
    );
  });
});
