import { describe, expect, it } from "vitest";

import { type AdamwOptions, createAdamw } from "../../src/training/adamw.ts";
import { createParameterMemory } from "../../src/training/parameter-memory.ts";
import { hashed } from "../support/hashed-gpt.ts";

const parameters = [
  { name: "matrix", shape: [3, 7], initial: { value: 0 } },
  { name: "vector", shape: [5], initial: { value: 0 } },
];
const options: AdamwOptions = { weightDecay: 0.1, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, clipNorm: 1 };

/** The textbook's AdamW in float64. */
const textbook = (
  values: Float64Array,
  gradients: Float64Array[],
  decay: number,
  rates: number[],
  chosen: AdamwOptions,
) => {
  const { beta1, beta2, epsilon, clipNorm } = chosen;
  const [m, v] = [new Float64Array(values.length), new Float64Array(values.length)];
  for (const [at, gradient] of gradients.entries()) {
    const norm = normOf(at);
    const scale = clipNorm === null ? 1 : Math.min(1, clipNorm / (norm + 1e-6));
    for (const [i, raw] of gradient.entries()) {
      const g = raw * scale;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      values[i]! *= 1 - rates[at]! * decay;
      values[i]! -=
        (rates[at]! * (m[i] / (1 - beta1 ** (at + 1)))) /
        (Math.sqrt(v[i] / (1 - beta2 ** (at + 1))) + epsilon);
    }
  }
  return values;
};
const gradientOf = (name: string, step: number, length: number): Float64Array =>
  hashed(`gradient ${name} ${step}`, length).map((value) => Math.fround(value * (step + 1)));
const normOf = (step: number): number =>
  Math.hypot(...gradientOf("matrix", step, 21), ...gradientOf("vector", step, 5));
const rates = [0.01, 0.02, 0.005, 0.01];

describe("AdamW", () => {
  it.each([options, { ...options, clipNorm: null }, { ...options, weightDecay: 0 }])(
    "follows the textbook: %o",
    (chosen) => {
      const memory = createParameterMemory(parameters);
      const adamw = createAdamw(memory, chosen);
      const start = {
        matrix: hashed("matrix", 21).map(Math.fround),
        vector: hashed("vector", 5).map(Math.fround),
      };
      for (const [name, values] of Object.entries(start)) memory.view("parameter", name).set(values);
      for (const [step, rate] of rates.entries()) {
        for (const [name, { length }] of Object.entries(start))
          memory.view("gradient", name).set(gradientOf(name, step, length));
        adamw.update(step + 1, rate, normOf(step));
      }
      for (const [name, decay] of [
        ["matrix", chosen.weightDecay],
        ["vector", 0],
      ] as const) {
        const values = start[name];
        const gradients = rates.map((_, step) => gradientOf(name, step, values.length));
        const wanted = textbook(values, gradients, decay, rates, chosen);
        for (const [at, value] of memory.view("parameter", name).entries())
          expect(Math.abs(value - wanted[at]!)).toBeLessThan(2e-7);
      }
    },
  );

  it("moves by the learning rate at its first update, whatever the gradient's size", () => {
    const memory = createParameterMemory(parameters);
    memory.view("gradient", "matrix").fill(1e-3);
    memory.view("gradient", "vector").fill(-50);
    createAdamw(memory, { ...options, clipNorm: null }).update(1, 0.125, 1);
    for (const value of memory.view("parameter", "matrix")) expect(value).toBeCloseTo(-0.125, 5);
    for (const value of memory.view("parameter", "vector")) expect(value).toBeCloseTo(0.125, 5);
  });
});
