import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  type Assembled,
  type Code,
  advance,
  f32x4,
  load,
  store,
  wasmFunction,
  wasmModule,
  whileBelow,
} from "../../src/training/wasm-assembler.ts";
import { type WasmMemory, createWasmMemory, instantiateWasm } from "../../src/training/web-assembly.ts";

const run = (assembled: Assembled, memory: WasmMemory, ...args: number[]): void => {
  instantiateWasm(wasmModule(assembled), memory)[assembled.name]!(...args);
};
const [x, y] = [
  [1.5, -2, 0.25, 9],
  [2, 4, -0.5, 3],
];

/** Four lanes of an operation on x at 0 and y at 16, stored at 32. */
const lanesOf = (operation: (x: Code, y: Code) => Code): number[] => {
  const memory = createWasmMemory(64);
  new Float32Array(memory.buffer).set([...x, ...y]);
  const assembled = wasmFunction({
    name: "apply",
    parameters: { at: "i32" },
    locals: {},
    body: ({ get }) => [store(get("at"), 32, operation(load(get("at"), 0), load(get("at"), 16)))],
  });
  run(assembled, memory, 0);
  return [...new Float32Array(memory.buffer, 32, 4)];
};

describe("the assembler", () => {
  it("knows the arithmetic of four lanes", () => {
    expect(lanesOf((x, y) => f32x4.add(x, y))).toEqual([3.5, 2, -0.25, 12]);
    expect(lanesOf((x, y) => f32x4.sub(x, y))).toEqual([-0.5, -6, 0.75, 6]);
    expect(lanesOf((x, y) => f32x4.mul(x, y))).toEqual([3, -8, -0.125, 27]);
    expect(lanesOf((x, y) => f32x4.div(x, y))).toEqual([0.75, -0.5, -0.5, 3]);
    expect(lanesOf((x) => f32x4.sqrt(f32x4.mul(x, x)))).toEqual([1.5, 2, 0.25, 9]);
  });

  it("keeps parameters and locals apart, and arguments in order", () => {
    const assembled = wasmFunction({
      name: "fill",
      parameters: { at: "i32", end: "i32", left: "f32", right: "f32" },
      locals: { difference: "v128" },
      body: ({ get, set }) => [
        set("difference", f32x4.sub(f32x4.splat(get("left")), f32x4.splat(get("right")))),
        whileBelow(
          get("at"),
          get("end"),
          store(get("at"), 0, get("difference")),
          set("at", advance(get("at"), 16)),
        ),
      ],
    });
    const args = assembled.argumentsOf({ right: 1, left: 4, end: 48, at: 16 });
    expect(args).toEqual([16, 48, 4, 1]);
    const memory = createWasmMemory(64);
    run(assembled, memory, ...args);
    expect([...new Float32Array(memory.buffer, 0, 16)]).toEqual([
      0,
      0,
      0,
      0,
      ...Array<number>(8).fill(3),
      0,
      0,
      0,
      0,
    ]);
  });

  it("encodes offsets and constants of every size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 0, max: 4000 }), (offset, step) => {
        const assembled = wasmFunction({
          name: "poke",
          parameters: { at: "i32", value: "f32" },
          locals: {},
          body: ({ get }) => [store(advance(get("at"), step * 4), offset * 4, f32x4.splat(get("value")))],
        });
        const memory = createWasmMemory(65_536);
        run(assembled, memory, 0, 7);
        expect(new Float32Array(memory.buffer).indexOf(7)).toBe(offset + step);
      }),
    );
  });

  it("compares addresses as unsigned, so that the upper half of a memory is one too", () => {
    const assembled = wasmFunction({
      name: "touch",
      parameters: { at: "i32", end: "i32", from: "i32" },
      locals: {},
      body: ({ get, set }) => [
        whileBelow(
          get("at"),
          get("end"),
          store(get("from"), 0, f32x4.splat([0x43, 0, 0, 0x80, 0x3f])), // 1 as float32
          set("at", get("end")),
        ),
      ],
    });
    const memory = createWasmMemory(64);
    run(assembled, memory, 1, 2 ** 31 + 4, 0);
    expect(new Float32Array(memory.buffer, 0, 4)[3]).toBe(1);
  });
});
