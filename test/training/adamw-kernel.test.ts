import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type AdamwArguments, KERNEL_STRIDE, createAdamwKernel } from "../../src/training/adamw-kernel.ts";
import { createWasmMemory } from "../../src/training/web-assembly.ts";

const LENGTH = (3 * KERNEL_STRIDE) / 4;
type Numbers = Omit<AdamwArguments, "parameter" | "gradient" | "firstMoment" | "secondMoment" | "end">;

const f = Math.fround;
/** The kernel's formula, each operation rounded to float32. */
const reference = (values: Float32Array, given: Numbers): void => {
  const { beta1, rest1, beta2, rest2, scale, keep, rate, inverseRoot, epsilon } = given;
  for (let p = 0; p < LENGTH; p++) {
    const m = p + 2 * LENGTH;
    const v = p + 3 * LENGTH;
    const g = f(values[p + LENGTH]! * f(scale));
    values[m] = f(f(values[m]! * f(beta1)) + f(g * f(rest1)));
    values[v] = f(f(values[v]! * f(beta2)) + f(f(g * g) * f(rest2)));
    const root = f(f(f(Math.sqrt(values[v])) * f(inverseRoot)) + f(epsilon));
    values[p] = f(f(values[p]! * f(keep)) - f(f(values[m] * f(rate)) / root));
  }
};

const bytes = LENGTH * 4;
const places = {
  parameter: 0,
  gradient: bytes,
  firstMoment: 2 * bytes,
  secondMoment: 3 * bytes,
  end: bytes,
};
const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: f(-1e4), max: f(1e4) });
const unit = fc.float({ noNaN: true, min: f(0.01), max: f(0.99) });

describe("the AdamW kernel", () => {
  it("equals a plain loop bit for bit", () => {
    fc.assert(
      fc.property(
        fc.array(float, { minLength: 4 * LENGTH, maxLength: 4 * LENGTH }),
        fc.tuple(unit, unit, unit, unit, unit, unit),
        (start, [beta1, beta2, scale, keep, rate, inverseRoot]) => {
          const given = {
            beta1,
            rest1: 1 - beta1,
            beta2,
            rest2: 1 - beta2,
            scale,
            keep,
            rate,
            inverseRoot,
            epsilon: 1e-8,
          };
          const memory = createWasmMemory(4 * bytes);
          const values = new Float32Array(memory.buffer, 0, 4 * LENGTH);
          values.set(start);
          for (let at = 3 * LENGTH; at < 4 * LENGTH; at++) values[at] = Math.abs(values[at]!);
          const wanted = values.slice();
          reference(wanted, given);
          createAdamwKernel(memory)({ ...places, ...given });
          expect(values).toEqual(wanted);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("stays inside its range", () => {
    const memory = createWasmMemory(4 * bytes);
    const values = new Float32Array(memory.buffer, 0, 4 * LENGTH).fill(1);
    createAdamwKernel(memory)({
      ...places,
      parameter: KERNEL_STRIDE,
      end: 2 * KERNEL_STRIDE,
      beta1: 0.5,
      rest1: 0.5,
      beta2: 0.5,
      rest2: 0.5,
      scale: 2,
      keep: 1,
      rate: 1,
      inverseRoot: 1,
      epsilon: 0,
    });
    const changed = [...values.entries()].filter(([, value]) => value !== 1).map(([at]) => at);
    const stride = KERNEL_STRIDE / 4;
    const from = (start: number): number[] => Array.from({ length: stride }, (_, at) => start + at);
    // The other three addresses start at their regions' first number.
    expect(changed).toEqual([...from(stride), ...from(2 * LENGTH), ...from(3 * LENGTH)]);
  });
});
