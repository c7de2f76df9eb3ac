import { describe, expect, it } from "vitest";

import { gradients } from "../../src/tensor/gradient.ts";
import { Program } from "../../src/tensor/program.ts";
import { interpret } from "../support/float64-interpreter.ts";

describe("gradients", () => {
  it("sums over every path and every seed", () => {
    const program = new Program();
    const x = program.input("x", [2]);
    const [square, cube] = [program.mul(x, x), program.mul(program.mul(x, x), x)];
    const [dx] = gradients(
      program,
      [
        [square, program.filled([2], 10)],
        [cube, program.filled([2], 1)],
        [square, program.filled([2], 100)],
      ],
      [x],
    );
    expect([...interpret(program, { dx: dx! }, { x: [2, 3] })["dx"]!]).toEqual([452, 687]);
  });

  it("goes on through a value that is asked for itself", () => {
    const program = new Program();
    const x = program.input("x", []);
    const middle = program.mul(x, 3);
    const [dMiddle, dx] = gradients(
      program,
      [[program.mul(middle, middle), program.filled([], 1)]],
      [middle, x],
    );
    const found = interpret(program, { dMiddle: dMiddle!, dx: dx! }, { x: [2] });
    expect([found["dMiddle"]![0], found["dx"]![0]]).toEqual([12, 36]);
  });

  it("gives zeros for what no seed depends on, and builds nothing for it", () => {
    const program = new Program();
    const [x, unused] = [program.input("x", [2]), program.input("unused", [3])];
    const [dUnused] = gradients(program, [[program.exp(x), program.filled([2], 1)]], [unused]);
    expect([
      ...interpret(program, { dUnused: dUnused! }, { x: [1, 2], unused: [1, 2, 3] })["dUnused"]!,
    ]).toEqual([0, 0, 0]);
    expect(program.nodes.some(({ op }) => op === "mul")).toBe(false);
  });

  it("builds nothing for paths that end at a stop", () => {
    const program = new Program();
    const x = program.input("x", [2]);
    const y = program.exp(program.mul(program.stop(x), 3));
    const seed = program.filled([2], 1);
    const built = program.nodes.length;
    gradients(program, [[y, seed]], [x]);
    expect(program.nodes.slice(built).map(({ op }) => op)).toEqual(["constant", "expand"]);
  });

  it("weights per-sample losses by seeds fed from outside", () => {
    const program = new Program();
    const [features, theta] = [program.input("features", [3, 2]), program.input("theta", [2, 1])];
    const losses = program.reshape(program.matmul(features, theta), [3]);
    const [dTheta] = gradients(program, [[losses, program.input("w", [3])]], [theta]);
    const feeds = { features: [1, 2, 3, 4, 5, 6], theta: [0, 0], w: [0.5, 0, 2] };
    expect([...interpret(program, { dTheta: dTheta! }, feeds)["dTheta"]!]).toEqual([10.5, 13]);
  });

  it("accumulates onto given sums, inside the products where there are any", () => {
    const program = new Program();
    const [x, w] = [program.input("x", [3, 2]), program.input("w", [2, 4])];
    const sum = program.input("sum", [2, 4]);
    const y = program.matmul(x, w);
    const seed = program.filled([3, 4], 1);
    const [fresh] = gradients(program, [[y, seed]], [w]);
    const [added] = gradients(program, [[y, seed]], [w], [sum]);
    expect(added).toMatchObject({ op: "matmul" });
    expect(added!.inputs[2]).toBe(sum);
    const feeds = { x: [1, 2, 3, 4, 5, 6], w: Array(8).fill(0), sum: [1, 2, 3, 4, 5, 6, 7, 8] };
    const found = interpret(program, { fresh: fresh!, added: added! }, feeds);
    expect([...found["added"]!]).toEqual([...found["fresh"]!].map((g, at) => g + feeds.sum[at]!));
  });

  it("refuses seeds and sums that do not fit", () => {
    const program = new Program();
    const x = program.input("x", [2]);
    const y = program.exp(x);
    expect(() => gradients(program, [[y, program.filled([3], 1)]], [x])).toThrow(
      "gradients' seed must be of shape [2], got [3]",
    );
    expect(() => gradients(program, [[y, y]], [x], [program.filled([3], 0)])).toThrow(
      "gradients' onto must be of shape [2], got [3]",
    );
    expect(() => gradients(program, [[y, y]], [y], [x])).toThrow(
      "gradients' onto must be one sum for each input of wrt, got 1",
    );
    const index = program.input("index", [2], "int32");
    expect(() => gradients(program, [[index, y]], [x])).toThrow(
      "gradients' operand must be float32, got int32 [2] of input",
    );
  });
});
