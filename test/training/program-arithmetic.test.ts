import { afterAll, describe, expect, it } from "vitest";

import { openOnnxEngine } from "../../src/tensor/onnx/engine.ts";
import { Program } from "../../src/tensor/program.ts";
import { programArithmetic } from "../../src/training/program-arithmetic.ts";
import type { Arithmetic } from "../../src/weighing/arithmetic.ts";
import { emitWeights } from "../../src/weighing/final-weights.ts";
import { float64Arithmetic } from "../../src/weighing/float64-arithmetic.ts";
import { weighingOptions } from "../../src/weighing/options.ts";
import { strategyNames } from "../../src/weighing/strategies.ts";

const engine = await openOnnxEngine({ backend: "cpu", threads: 1 });
afterAll(() => engine.close());

const x = [1.5, -2, 0.25, 3];
const y = [0.5, 4, -1, 3];

const operations: Record<string, <T>(math: Arithmetic<T>, x: T, y: T) => T> = {
  add: (math, x, y) => math.add(math.add(x, y), 2),
  sub: (math, x, y) => math.sub(math.sub(1, x), y),
  mul: (math, x, y) => math.mul(math.mul(x, y), 3),
  div: (math, x, y) => math.div(math.div(x, y), 0.5),
  min: (math, x, y) => math.min(math.min(x, y), 1),
  max: (math, x, y) => math.max(math.max(x, y), -0.5),
  exp: (math, x) => math.exp(x),
  batchMin: (math, x, y) => math.add(math.batchMin(x), y),
  batchMax: (math, x, y) => math.add(math.batchMax(x), y),
  batchSum: (math, x, y) => math.add(math.batchSum(x), y),
};

describe("arithmetic over a program", () => {
  it.each(Object.keys(operations))("%s computes what float64 arithmetic does", async (name) => {
    const program = new Program();
    const result = operations[name]!(
      programArithmetic(program),
      program.input("x", [4]),
      program.input("y", [4]),
    );
    const executable = await engine.compile(program, { result });
    const inputs = { x: Float32Array.from(x), y: Float32Array.from(y) };
    const feeds = program.nodes.some((node) => node.inputs.includes(program.inputs.get("y")!))
      ? inputs
      : { x: inputs.x };
    const { result: computed } = await executable.run(feeds);
    const wanted = operations[name]!(float64Arithmetic, Float64Array.from(x), Float64Array.from(y));
    expect(computed).toHaveLength(4);
    for (const [at, value] of computed!.entries()) expect(value).toBeCloseTo(wanted[at]!, 5);
  });

  it.each(strategyNames)("emits %s' weights as float64 computes them", async (strategy) => {
    const losses = [6.2, 5.9, 7.1, 6.6, 6.05];
    const correction = [1, 0.8, 1.2, 0.5, 1];
    for (const [normalise, inverseR] of [
      ["batch", 2.5],
      ["expected", 1],
      ["batch", 0],
    ] as const) {
      const options = weighingOptions.parse({ strategy, normalise });
      const program = new Program();
      const weights = emitWeights(programArithmetic(program), options, {
        losses: program.input("losses", [5]),
        inverseR: program.input("inverseR", []),
        correction: program.input("correction", [5]),
      });
      const executable = await engine.compile(program, { weights });
      const { weights: emitted } = await executable.run({
        losses: Float32Array.from(losses),
        inverseR: Float32Array.of(inverseR),
        correction: Float32Array.from(correction),
      });
      const wanted = emitWeights(float64Arithmetic, options, {
        losses: Float64Array.from(Float32Array.from(losses)),
        inverseR: Float64Array.of(inverseR),
        correction: Float64Array.from(correction),
      });
      for (const [row, weight] of emitted!.entries())
        expect(Math.abs(weight / wanted[row]! - 1)).toBeLessThan(1e-5);
    }
  });
});
