import { describe, expect, it } from "vitest";

import { layerNorm } from "../../../src/tensor/composites/layer-norm.ts";
import { gradients } from "../../../src/tensor/gradient.ts";
import { peakBytes } from "../../../src/tensor/onnx/peak-memory.ts";
import { Program } from "../../../src/tensor/program.ts";
import type { Value } from "../../../src/tensor/value.ts";
import { miniGpt } from "../../support/mini-gpt.ts";

/** Bytes of a [10, 10] tensor. */
const tile = 400;
const peakOf = (build: (program: Program, x: Value) => Value): number => {
  const program = new Program();
  return peakBytes(program, { y: build(program, program.input("x", [10, 10])) });
};

describe("peakBytes", () => {
  it("counts neither inputs nor outputs", () => {
    expect(peakOf((program, x) => program.exp(x))).toBe(0);
  });

  it("writes over what ends, and not over what is still read", () => {
    expect(peakOf((program, x) => program.exp(program.exp(program.exp(program.exp(x)))))).toBe(tile);
    expect(
      peakOf((program, x) => {
        const a = program.exp(x);
        return program.sum(program.mul(program.tanh(a), a));
      }),
    ).toBe(2 * tile);
  });

  it("gives products memory of their own, but for the sum they are added to", () => {
    expect(peakOf((program, x) => program.exp(program.matmul(program.exp(x), x)))).toBe(2 * tile);
    expect(peakOf((program, x) => program.exp(program.matmul(x, x, {}, program.exp(x))))).toBe(tile);
  });

  it("takes reshapes for what they are of, and frees what is read last", () => {
    const chain = (program: Program, x: Value): Value => {
      const flat = program.reshape(program.exp(x), [100]);
      const back = program.reshape(flat, [10, 10]);
      return program.matmul(program.matmul(program.matmul(back, x), x), x);
    };
    expect(peakOf(chain)).toBe(2 * tile);
  });

  it("counts constants for good, and what a kernel keeps for the gradient", () => {
    const program = new Program();
    const x = program.input("x", [10, 10]);
    const mask = program.constant("mask", [10, 10], () => new Float32Array(100));
    expect(peakBytes(program, { y: program.add(x, mask) })).toBe(tile);
    const norm = layerNorm(program, x, program.input("gain", [10]), program.input("bias", [10]));
    expect(peakBytes(program, { norm })).toBe(0);
    const [gradient] = gradients(program, [[norm, program.input("cotangent", [10, 10])]], [x]);
    // x̂, 1/σ, and the scaled x̂ on the way to y.
    expect(peakBytes(program, { norm, gradient: gradient! })).toBeGreaterThanOrEqual(2 * tile + 40);
  });

  it("of a training step grows with the batch, and far less with the vocabulary's gradient", () => {
    const at = (sizes: Partial<Parameters<typeof miniGpt>[0]>): number => {
      const { program, outputs } = miniGpt({ L: 2, H: 2, D: 16, T: 16, B: 4, V: 50, ...sizes });
      return peakBytes(program, outputs);
    };
    expect(at({ B: 8 }) / at({})).toBeGreaterThan(1.8);
    expect(at({ B: 8 }) / at({})).toBeLessThan(2.1);
    expect(at({ L: 4 }) / at({})).toBeGreaterThan(1.5);
  });
});
